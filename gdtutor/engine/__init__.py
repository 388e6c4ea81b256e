"""Operations, graph, shapes, trace and gradient check: where every number comes from.

In: formulas as text, shapes, values. Out: a `Graph`, and a `Trace` of it that holds every value,
local gradient and gradient of one iteration. A row of `operations` is all that an operation is;
everything else asks that table. Formulas are parsed and never evaluated as code.
It knows no lesson, no training, no digits and no screen.

Imports: values. Outside: numpy.
"""
