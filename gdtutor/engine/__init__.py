"""Operations, graph, shapes, trace and gradient check; needs NumPy only."""
