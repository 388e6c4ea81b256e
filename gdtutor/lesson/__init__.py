"""A lesson file becomes a `Lesson`, or reports that say what is wrong with it and where.

In: a stranger's text file. Out: a frozen `Lesson` with graphs, data, notes, questions and pictures,
or every mistake at its line and column with what to do about it. The way: `source` (text),
`markdown` and `toml_text` (cut and read), `tables` (typed), `front_matter_checks` and `body`
(checked), `assemble` (together). Nothing in a file is evaluated, and every size has a bound that is
named. It knows no cursor, no screen and no terminal.

Imports: values, files, engine, training. Outside: numpy.
"""
