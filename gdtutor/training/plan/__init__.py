"""The compilers: a problem's graph becomes straight-line NumPy, or Python on plain floats.

In: a problem, settings and a batch size. Out: a plan, which trains a block of iterations at a call.
The passes go over flat lists of operations; what each does to XOR stands in its module:
program (`lower`), algebra (`algebra`, `packing`, `rule`), placing (`placing`; `scalar_program` for
plain floats), schedule (`schedule`), and source (`numpy_lines`, `kernel`; `scalar_text`). `choice`
picks a plan of `numpy_plan`, where a sweep has its own, or of `scalar_plan`, which share `epochs`.
From equal parameters a plan and the walk agree to 1e-12 in every iteration. It knows no lesson and
no screen; lesson text never enters the source that it generates, and `source` is the only module
that compiles any.

Imports: values, engine, training. Outside: numpy.
"""
