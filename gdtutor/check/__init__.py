"""`check`: everything that can be wrong with lesson files, found in one pass and reported.

In: paths of lessons and folders. Out: findings, each at its line, with what to do about it.
A lesson's own mistakes are found by `lesson` when it is read; what stands here opens the lesson,
walks it, trains it and looks at its screens, with no terminal. It paints nothing.

Imports: values, engine, training, lesson, session, view. Outside: numpy.
"""
