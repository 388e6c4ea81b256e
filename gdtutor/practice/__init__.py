"""Small exercises without end: made by the engine, with numbers that a person can compute.

In: a kind, a level, a seed, and how earlier answers went. Out: exercises with their answers, what
is wrong with an answer, which exercise comes next, and sheets for paper. A table of
`exercises.toml` is all that an exercise is; every answer comes from a trace of its formulas.
It prints nothing and remembers nothing itself.

Imports: values, engine, training, lesson, session, view. Outside: msgspec, numpy.
"""
