"""The compilers: a problem's graph becomes straight-line NumPy, or Python on plain floats.

In: a problem, settings and a batch size. Out: a plan, which trains a block of iterations at a call.
The passes, each over flat lists of operations (`terms`); what each does to XOR stands in its
module, and a test holds it to that:

    program    `lower`, by way of `builder` and the formulas of the operations' rows
    algebra    `algebra`, `packing`; of the update `rule`
    placing    `flat_arrays`, `placing`; for plain floats `cells`, `scalar_program`
    schedule   `schedule`
    source     `numpy_lines`, `kernel`, `losses`, `update_lines`; for plain floats `scalar_text`

`choice` picks a plan: `numpy_plan`, `stacked_plan` for a sweep, `scalar_plan`. From equal
parameters a plan and the walk agree to 1e-12 in every iteration. It knows no lesson and no screen;
lesson text never enters the source that it generates, and `source` is the only module that
compiles any.

Imports: values, engine, training. Outside: numpy.
"""
