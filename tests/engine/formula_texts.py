"""Formulas of every form that the grammar has, at random."""

from hypothesis import strategies as st

NUMBERS = ("0", "1", "2", "10", "2.5", ".5", "3.", "1e3", "2E-2", "1.5e+1", "007.5")
NAMES = ("a", "b", "w1", "x_w", "T", "e1")
OPERATORS = ("+", "-", "*", "/", "**", "@")


def formula_texts(operators=OPERATORS, calls=("sigmoid", "exp"), *, transposes=True):
    atoms = st.sampled_from(NAMES) | st.sampled_from(NUMBERS)
    space = st.sampled_from(("", " ", "\t "))

    def larger(inner):
        forms = [
            st.builds("{}{}{}{}{}".format, inner, space, st.sampled_from(operators), space, inner),
            st.builds("{}{}{}".format, st.sampled_from(("-", "+")), space, inner),
            st.builds("({}{})".format, space, inner),
        ]
        if calls:
            forms.append(st.builds("{}({})".format, st.sampled_from(calls), inner))
            forms.append(st.builds("maximum({},{} {})".format, inner, space, inner))
        if transposes:
            forms.append(st.builds("({}).T".format, inner))
            forms.append(st.sampled_from(NAMES).map("{}.T".format))
        return st.one_of(forms)

    return st.recursive(atoms, larger, max_leaves=20)
