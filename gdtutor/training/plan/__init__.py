"""The compilers: a problem's graph becomes straight-line NumPy, or Python on plain floats.

In: a problem, settings and a batch size. Out: a plan, which trains a block of iterations at a call.
The passes, in order: lower, algebra, placing, schedule, source. From equal parameters a plan and
the walk agree to 1e-12 in every iteration. It knows no lesson and no screen; lesson text never
enters the source that it generates, and `source` is the only module that compiles any.

Imports: values, engine, training. Outside: numpy.
"""
