"""A program made ready to be run on any start: what it types in is asked for, loops pass once.

A header such as `W1 = np.array(...)` gives a value that the judge has to choose, so the line asks
for it, in the layout in which the program typed it. A loop over epochs is left after one pass: the
iteration is what is compared.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Set

from gdtutor.judge.source import name_of, targets_of

GIVEN = "__gdtutor_given__"
"""What a line that types a given value calls, with the name and the value."""
FIRST = "__gdtutor_first__"
"""What a loop over epochs goes over: the first of its passes."""
EPOCHS = frozenset(
    {"epochs", "n_epochs", "num_epochs", "iterations", "n_iterations", "num_iterations"}
)
RATES = frozenset({"lr", "eta"})
"""What a learning rate may be called besides its own name."""
_STEPS = RATES | {"learning_rate"}
_PASS = "__gdtutor_pass__"
_PASSES = frozenset({"epoch", "iteration", "it", "ep", "step"})


def rewritten(
    tree: ast.Module, given: Set[str], computed: Set[str], parameters: Set[str]
) -> ast.Module:
    """Return the program as it is run.

    Args:
        tree: The program.
        given: Names that it is given.
        computed: Names that it computes; a value made from one of them is no given value.
        parameters: The given names that an update changes.
    """
    own = computed | parameters
    for body, is_lenient in _bodies(tree):
        for statement in body:
            if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
                _ask(statement, given, own, is_lenient)
    changed = _OnePass(tree, parameters).visit(tree)
    ast.fix_missing_locations(changed)
    return tree


def _bodies(tree: ast.Module) -> Iterator[tuple[list[ast.stmt], bool]]:
    """Yield where values may be typed in, and whether a name may mean something else there."""
    yield tree.body, False
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            yield node.body, True
    for statement in tree.body:
        if isinstance(statement, ast.If):
            yield statement.body, False


def _ask(statement: ast.Assign, given: Set[str], own: Set[str], is_lenient: bool) -> None:
    """Have an assignment ask for what it types in; one of several values at once, for each."""
    target, value = statement.targets[0], statement.value
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        if len(target.elts) == len(value.elts):
            pairs = zip(target.elts, value.elts, strict=True)
            value.elts = [_asking(t, v, given, own, is_lenient) for t, v in pairs]
    else:
        statement.value = _asking(target, value, given, own, is_lenient)


def _asking(
    target: ast.expr, value: ast.expr, given: Set[str], own: Set[str], is_lenient: bool
) -> ast.expr:
    if not (isinstance(target, ast.Name) and target.id in given):
        return value
    read = {
        node.id
        for node in ast.walk(value)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    }
    # W1 may be drawn with X.shape in its formula; X made from X, as X.T, is the program's own way.
    if read & own or target.id in read or (read & given and target.id not in own):
        return value
    words = [ast.Constant(target.id), value, ast.Constant(is_lenient)]
    return ast.copy_location(ast.Call(ast.Name(GIVEN, ast.Load()), words, keywords=[]), value)


class _OnePass(ast.NodeTransformer):
    """Has loops that train pass once: over epochs, or with an update that every pass does alike."""

    def __init__(self, tree: ast.Module, parameters: Set[str]) -> None:
        self._parameters = parameters
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
        self._training: set[str] = set()
        """Functions with an update, in themselves or in what they call."""
        for _ in functions:
            found = {f.name for f in functions if any(self._updates(f))}
            if found == self._training:
                break
            self._training = found

    def visit_For(self, node: ast.For) -> ast.AST:
        """Change the loop where its variable or what it changes says that it trains."""
        self.generic_visit(node)
        is_over = isinstance(node.iter, ast.Call) and name_of(node.iter.func) in ("range", "trange")
        if (is_over and name_of(node.target) in _PASSES) or self._trains([node], node.target):
            node.iter = _first(node.iter)
        return node

    def visit_While(self, node: ast.While) -> ast.AST:
        """Change a loop with an update into one pass; `break` and `continue` hold in it."""
        self.generic_visit(node)
        if not self._trains([node], node.test):
            return node
        once = _first(ast.copy_location(ast.List([node.test], ast.Load()), node.test))
        return ast.copy_location(ast.For(ast.Name(_PASS, ast.Store()), once, node.body, []), node)

    def visit_ListComp(self, node: ast.ListComp) -> ast.AST:
        """Change `[step() for _ in range(100)]` as the loop."""
        self.generic_visit(node)
        first = node.generators[0]
        if self._trains([node.elt], first.target):
            first.iter = _first(first.iter)
        return node

    def _trains(self, parts: list[ast.AST], variable: ast.expr | None) -> bool:
        """Say whether an update is done alike in every pass, not with the loop's own variable."""
        own = {n.id for n in ast.walk(variable) if isinstance(n, ast.Name)} if variable else set()
        return any(
            not own & {n.id for n in ast.walk(update) if isinstance(n, ast.Name)}
            for part in parts
            for update in self._updates(part)
        )

    def _updates(self, part: ast.AST) -> Iterator[ast.AST]:
        """Yield what changes a parameter, or takes a step of a learning rate, or calls it."""
        for node in ast.walk(part):
            if isinstance(node, ast.Call) and name_of(node.func) in self._training:
                yield node
            if not isinstance(node, ast.Assign | ast.AugAssign):
                continue
            words = {name_of(n) for n in ast.walk(node.value) if isinstance(n, ast.expr)}
            changed = {name_of(t) for t in targets_of(node)} & self._parameters
            is_own = isinstance(node, ast.AugAssign) or (
                bool(changed & words) and isinstance(node.value, ast.BinOp | ast.Call | ast.Tuple)
            )
            if (changed and is_own) or words & _STEPS:
                yield node


def _first(passes: ast.expr) -> ast.expr:
    return ast.copy_location(ast.Call(ast.Name(FIRST, ast.Load()), [passes], []), passes)
