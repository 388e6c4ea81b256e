"""A lesson as a script that needs NumPy alone and holds itself to every value of the walk.

In: a session. Out: Python source as text: the phases of an iteration line by line, then the loop
that trains. It runs nothing of what it writes.

Imports: values, files, engine, training, lesson, session, view. Outside: numpy.
"""
