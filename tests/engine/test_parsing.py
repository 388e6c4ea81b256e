import ast

import numpy as np
import pytest
from formula_texts import NAMES, formula_texts
from hypothesis import given
from hypothesis import strategies as st

from gdtutor.engine.errors import FormulaError
from gdtutor.engine.expression import MAX_NAME, Apply, Name, Number, names_in, to_text
from gdtutor.engine.operations import FUNCTIONS, evaluate, parse_formula, parse_rule
from gdtutor.engine.parsing import MAX_CHARACTERS, MAX_NESTING, MAX_OPERATIONS

FROM_PYTHON = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.Div: "div",
    ast.Pow: "pow",
    ast.MatMult: "matmul",
}


def as_python_reads_it(node):
    match node:
        case ast.Expression(body=body):
            return as_python_reads_it(body)
        case ast.Constant(value=value):
            return Number(float(value))
        case ast.Name(id=name):
            return Name(name)
        case ast.BinOp(left=left, op=op, right=right):
            parts = as_python_reads_it(left), as_python_reads_it(right)
            return Apply(FROM_PYTHON[type(op)], parts)
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return as_python_reads_it(operand)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            inner = as_python_reads_it(operand)
            return Number(-inner.value) if isinstance(inner, Number) else Apply("neg", (inner,))
        case ast.Attribute(value=value, attr="T"):
            return Apply("transpose", (as_python_reads_it(value),))
        case ast.Call(func=ast.Name(id=name), args=args):
            return Apply(name, tuple(as_python_reads_it(arg) for arg in args))
    raise AssertionError(ast.dump(node))


class Figure:
    """A float64 whose Python operators are NumPy's functions."""

    def __init__(self, value):
        self.value = np.float64(value)

    def __add__(self, other):
        return Figure(np.add(self.value, other.value))

    def __sub__(self, other):
        return Figure(np.subtract(self.value, other.value))

    def __mul__(self, other):
        return Figure(np.multiply(self.value, other.value))

    def __truediv__(self, other):
        return Figure(np.divide(self.value, other.value))

    def __pow__(self, other):
        return Figure(np.power(self.value, other.value))

    def __neg__(self):
        return Figure(-self.value)

    def __pos__(self):
        return self


class ConstantsAsFigures(ast.NodeTransformer):
    def visit_Constant(self, node):
        call = ast.Call(ast.Name("Figure", ast.Load()), [node], [])
        return ast.copy_location(call, node)


@given(formula_texts())
def test_a_formula_has_the_tree_that_python_gives_the_same_text(text):
    assert parse_formula(text) == as_python_reads_it(ast.parse(text, mode="eval"))


@given(
    formula_texts(("+", "-", "*", "/", "**"), calls=(), transposes=False),
    st.lists(st.floats(-3, 3), min_size=len(NAMES), max_size=len(NAMES)),
)
def test_a_formula_has_the_value_that_python_gives_the_same_text(text, values):
    tree = ast.fix_missing_locations(ConstantsAsFigures().visit(ast.parse(text, mode="eval")))
    figures = {name: Figure(value) for name, value in zip(NAMES, values, strict=True)}
    code = compile(tree, "formula", "eval")
    with np.errstate(all="ignore"):
        expected = eval(code, {"Figure": Figure}, figures).value
        value = evaluate(
            parse_formula(text), dict(zip(NAMES, map(np.asarray, values), strict=True))
        )
    np.testing.assert_array_equal(value, expected)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("-2**2", -4),
        ("2**-1", 0.5),
        ("2**3**2", 512),
        ("8 - 3 - 2", 3),
        ("8/4/2", 1),
        ("8/4*2", 4),
        ("2 - -3", 5),
        ("--2", 2),
        ("(-2)**2", 4),
    ],
)
def test_signs_powers_and_chains_are_read_as_in_python(text, value):
    assert evaluate(parse_formula(text), {}) == value


def test_a_transpose_binds_tighter_than_a_power_or_a_sign():
    transposed = Apply("transpose", (Name("A"),))
    assert parse_formula("-A.T") == Apply("neg", (transposed,))
    assert parse_formula("A.T.T @ B") == Apply(
        "matmul", (Apply("transpose", (transposed,)), Name("B"))
    )


@pytest.mark.parametrize(
    ("text", "what", "column"),
    [
        ("", "is empty", 0),
        ("   ", "is empty", 0),
        ("a +", "ends too early", 3),
        ("a + * b", "'*' cannot stand here", 4),
        ("a b", "'b' cannot stand here", 2),
        ("a)", "')' cannot stand here", 1),
        ("2*(a + b", "is opened and not closed", 2),
        ("exp(a", "is opened and not closed", 3),
        ("exp(a b)", "'b' cannot stand here", 6),
        ("a ^ 2", "'^' does not belong", 2),
        ("a = b", "'=' cannot stand here", 2),
        ("a[x]", "'x' cannot stand in an index", 2),
        ("a[0.5]", "'0.5' cannot stand in an index", 2),
        ("a[]", "']' cannot stand in an index", 2),
        ("a[1:2:3]", "':' cannot stand in an index", 5),
        ("b + a[0", "a bracket is opened and not closed", 5),
        ("a[0, ", "an index ends too early", 5),
        ("a:b", "':' cannot stand here", 1),
        ("reshape(a)", "reshape needs one or two lengths", 0),
        ("reshape(a, 0)", "reshape needs one or two lengths", 0),
        ("reshape(a, 2.5)", "reshape needs one or two lengths", 0),
        ("reshape(a, 2, 3, 4)", "reshape needs one or two lengths", 0),
        ("concat(a)", "concat takes 2 operands, here are 1", 0),
        ("concat(a, b, axis=2)", "the axis of concat must be 0", 18),
        ("dot(a)", "dot takes 2 operands, here are 1", 0),
        ("flatten(a, 2)", "flatten takes 1 operand, here are 2", 0),
        ("pick(a, 0)", "unknown operation 'pick'", 0),
        ("a; b", "';' does not belong", 1),
        ("a.b", "'.' does not belong", 1),
        ("a.T2", "'.' does not belong", 1),
        ("'a'", "''' does not belong", 0),
        ("3 + 12x", "the number 12 runs into a name", 4),
        ("2.5x", "the number 2.5 runs into a name", 0),
        ("1e", "the number 1 runs into a name", 0),
        ("1.2.3", "'.3' cannot stand here", 3),
        ("a + tahn(b)", "unknown operation 'tahn'", 4),
        ("a(b)", "unknown operation 'a'", 0),
        ("add(a, b)", "unknown operation 'add'", 0),
        ("count(a)", "unknown operation 'count'", 0),
        ("1 + exp()", "exp takes 1 operand, here are 0", 4),
        ("1 + exp(a, b)", "exp takes 1 operand, here are 2", 4),
        ("maximum(a)", "maximum takes 2 operands, here are 1", 0),
        ("sum(a, 0, 1)", "sum takes 1 operand, here are 3", 0),
        ("sum(a, 2)", "the axis of sum must be 0", 7),
        ("sum(a, -1)", "the axis of sum must be 0", 7),
        ("sum(a, b)", "the axis of sum must be 0", 7),
        ("mean(a, b + 1)", "the axis of mean must be 0", 10),
        ("mean(a, axis=2)", "the axis of mean must be 0", 13),
        ("mean(a, axis=0, b)", "',' cannot stand here", 14),
        ("mean(a, keepdims=1)", "mean has no 'keepdims='", 8),
        ("exp(a, axis=0)", "exp has no 'axis='", 7),
        ("axis=0", "'=' cannot stand here", 4),
        ("sum(axis=0)", "sum takes 1 operand, here are 0", 0),
        ("sum(a,)", "')' cannot stand here", 6),
        ("clip(a, 0)", "clip takes 3 operands, here are 2", 0),
    ],
)
def test_a_mistake_is_named_with_its_column_and_what_to_do(text, what, column):
    with pytest.raises(FormulaError) as caught:
        parse_formula(text)
    assert what in caught.value.what
    assert caught.value.column == column
    assert caught.value.hint


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("tahn", "tanh"),
        ("sigmod", "sigmoid"),
        ("Sigmoid", "sigmoid"),
        ("cross_entropie", "cross_entropy"),
    ],
)
def test_an_unknown_operation_gets_its_near_miss(wrong, right):
    with pytest.raises(FormulaError, match=f"did you mean '{right}'") as caught:
        parse_formula(f"{wrong}(a, b)")
    assert caught.value.code == "unknown-operation"


def test_an_operation_that_is_like_no_other_gets_the_list():
    with pytest.raises(FormulaError) as caught:
        parse_formula("xyzzy(a)")
    assert all(name in caught.value.hint for name in FUNCTIONS)


def mistake_in(text):
    try:
        parse_formula(text)
    except FormulaError as error:
        return error
    return None


@given(st.text(max_size=40) | st.text("ab1.eT()*+-/@, ", max_size=40))
def test_any_text_is_a_formula_or_a_mistake_that_can_be_printed(text):
    mistake = mistake_in(text)
    if mistake is not None:
        assert 0 <= mistake.column <= len(text)
        assert mistake.hint
        assert str(mistake).isprintable()


NESTED = {
    "parentheses": lambda n: "(" * n + "a" + ")" * n,
    "calls": lambda n: "exp(" * n + "a" + ")" * n,
    "signs": lambda n: "-" * n + "a",
    "powers": lambda n: "**".join("a" * (n + 1)),
}


@pytest.mark.parametrize("form", NESTED)
def test_nesting_has_a_bound(form):
    parse_formula(NESTED[form](MAX_NESTING))
    with pytest.raises(FormulaError, match="nested deeper than 50 levels") as caught:
        parse_formula(NESTED[form](MAX_NESTING + 1))
    assert caught.value.code == "bound"
    assert caught.value.column > 0


@pytest.mark.parametrize("term", ["(a)", "exp(a)", "-a", "a**b"])
def test_nesting_side_by_side_does_not_add_up(term):
    assert parse_formula(" + ".join([term] * (MAX_NESTING + 10)))


def test_the_number_of_operations_has_a_bound():
    parse_formula("+".join("a" * (MAX_OPERATIONS + 1)))
    with pytest.raises(FormulaError, match="more than 200 operations") as caught:
        parse_formula("+".join("a" * (MAX_OPERATIONS + 2)))
    assert caught.value.code == "bound"
    assert caught.value.column == 2 * MAX_OPERATIONS + 1


def test_the_length_has_a_bound():
    assert parse_formula("a".ljust(MAX_CHARACTERS)) == Name("a")
    with pytest.raises(FormulaError, match="2001 characters") as caught:
        parse_formula("a".ljust(MAX_CHARACTERS + 1))
    assert caught.value.code == "bound"


def test_a_name_has_a_bound():
    assert parse_formula("n" * MAX_NAME) == Name("n" * MAX_NAME)
    with pytest.raises(FormulaError, match="a name of 33 characters") as caught:
        parse_formula("1 + " + "n" * (MAX_NAME + 1))
    assert (caught.value.code, caught.value.column) == ("bound", 4)


def test_a_number_beyond_float64_is_refused():
    assert parse_formula("1.7e308") == Number(1.7e308)
    with pytest.raises(FormulaError, match="larger than a float64") as caught:
        parse_formula("1 + 1e999")
    assert (caught.value.code, caught.value.column) == ("bound", 4)


def test_a_tower_of_powers_is_read_and_not_computed():
    nine = Number(9.0)
    assert parse_formula("9**9**9") == Apply("pow", (nine, Apply("pow", (nine, nine))))


def test_operations_of_rules_are_read_in_rules_alone():
    assert parse_rule("count(a)") == Apply("count", (Name("a"),))
    with pytest.raises(FormulaError):
        parse_formula("count(a)")


def test_every_part_knows_its_column():
    tree = parse_formula("w1 + exp(b*2)")
    assert tree.column == 3
    assert [name.column for name in names_in(tree)] == [0, 9]
    assert tree.args[1].args[0].column == 10


def test_arrays_joined_along_two_axes_are_two_calls():
    along_both = "concat(concat(a, b, axis=0), c, axis=1)"
    assert to_text(parse_formula(along_both)) == along_both
    assert to_text(parse_formula("concat(concat(a, b, axis=1), c, axis=1)")) == (
        "concat(a, b, c, axis=1)"
    )


def test_flattened_cells_stand_in_as_many_places_as_there_are():
    assert parse_formula("flatten(a)") == parse_formula("reshape(a, -1)")


@pytest.mark.parametrize(("name", "is_told"), [("max", True), ("min", True), ("sum", False)])
def test_who_gives_an_extreme_two_values_is_told_the_operation_that_compares_them(name, is_told):
    with pytest.raises(FormulaError) as caught:
        parse_formula(f"{name}(a, b)")
    assert (f"{name}imum(a, b)" in caught.value.hint) == is_told


@pytest.mark.parametrize(("written", "meant"), [(-1, 1), (-2, 0)])
def test_an_axis_is_counted_from_the_last_as_numpy_does(written: int, meant: int) -> None:
    for call in ("sum(A, axis={})", "softmax(A, axis={})", "concat(A, B, axis={})"):
        assert parse_formula(call.format(written)) == parse_formula(call.format(meant))


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        (
            "sum([a, b])",
            "a list is no value: a sum is a + b, and concat(a, b) puts two together",
        ),
        ("concat([a, b, c], axis=1)", "write concat(a, b, c), without a list"),
    ],
)
def test_a_list_is_told_to_be_written_without_one(text: str, hint: str) -> None:
    with pytest.raises(FormulaError) as caught:
        parse_formula(text)
    assert caught.value.hint == hint


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("a >= b", "step(a - b)"),
        ("a <= 0", "step(-a)"),
        ("a > 0", "1 - step(-a)"),
        ("a + 1 < 2*b", "1 - step(a + 1 - 2*b)"),
        ("where(a > 0, a, 0)", "where(1 - step(-a), a, 0)"),
        ("(a >= b)*(a < 3)", "step(a - b)*(1 - step(a - 3))"),
    ],
)
def test_a_comparison_is_a_mask_of_its_step(text: str, meant: str) -> None:
    assert to_text(parse_formula(text)) == meant
    cells = np.array([-1.0, -0.0, 0.0, 0.5, 2.0])
    given = {"a": cells[:, None], "b": cells[None, :]}
    held = eval(text.replace("where", "np.where"), {"np": np, **given})
    np.testing.assert_array_equal(evaluate(parse_formula(text), given), np.asarray(held, float))
