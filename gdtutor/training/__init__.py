"""Training the lesson's own graph: problems, optimisers, schedules, data sets, batches, and runs.

In: a `Problem` (a graph, its start, its data) and `Settings`. Out: a `Run`, which gives the state
at any iteration, the curve of the cost, what stopped it and what went wrong. A run is its start and
the log of its changes, so that every iteration can be had again, to the bit.
Clocks, threads and files of its own it has none: who trains says how far, and looks at what came.
It knows no lesson file, no cursor and no screen.

Imports: values, files, engine. Outside: numpy.
"""
