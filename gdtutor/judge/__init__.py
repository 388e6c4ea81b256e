"""The learner's own program, run in a process of its own and compared with the walk by name.

In: a lesson and a program that computes it: a script, functions, or layer classes. Out: which
names are right, the first that departs with its line and its slip, and what follows from it.
`process` alone starts a process, with bounds on time, memory and output; `child`, `calling` and
`rewriting` are what runs there, and know nothing of a lesson. It is the learner's own code: no
sandbox is promised.

Imports: values, files, engine, training, lesson, session, view. Outside: numpy.
"""
