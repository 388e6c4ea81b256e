"""Source: the NumPy function that trains on batches of one size, from a lowered program.

Operations that give a gradient write it where it belongs; the gradient of a bias that lies beside
its weights comes of the same product. Of XOR's second layer:

    ∂/∂W2 = matmul(∂/∂Z2, A1.T), ∂/∂b2 = vdot(C.1, v24)   →   v25.dot(v12_onesT, vg25)
"""

from __future__ import annotations

import numpy as np

from gdtutor.engine.operations import Arrays
from gdtutor.training.plan.algebra import is_lost
from gdtutor.training.plan.flat_arrays import FlatArrays, one_number
from gdtutor.training.plan.losses import Losses, cost_frontier
from gdtutor.training.plan.lower import FlatProgram
from gdtutor.training.plan.numpy_lines import ProgramWriter
from gdtutor.training.plan.packing import padded_values
from gdtutor.training.plan.placing import Dynamic, WrittenFunction
from gdtutor.training.plan.rule import Rule
from gdtutor.training.plan.schedule import ProgramSchedule
from gdtutor.training.plan.source import SourceLines
from gdtutor.training.plan.terms import ALIASES, reachable
from gdtutor.training.plan.update_lines import write_update


class Kernel:
    """The function of a program, compiled, and what its names are bound to at every iteration.

    Args:
        program: Lowered for one batch size.
        memory: Where parameters, gradient and state lie.
        fixed: Arrays of leaves that stay the same at every iteration: constants, and data with the
            row of ones where one is needed.
        rule: The update; None for a function that only computes costs.
    """

    def __init__(
        self, program: FlatProgram, memory: FlatArrays, fixed: Arrays, rule: Rule | None
    ) -> None:
        self._program, self._ops, self._gradients = program, program.ops, program.gradients
        self._memory, self._fixed = memory, fixed
        self._padded = padded_values(program.ops, memory.packs)
        self._inner = {i for i in self._padded if self._ops[i].code != "leaf"}
        """Values with a row of ones that an iteration computes."""
        needed = reachable(self._ops, (term.id for term in self._gradients.values()))
        self._frontier = cost_frontier(program, needed, self._inner)
        self._needed = needed | reachable(self._ops, self._frontier)
        self._histories = [i for i in self._frontier if self._ops[i].code != "leaf"]
        self._stacked = program.varying if memory.runs else set()
        self._direct: set[str] = set()
        """Parameters whose gradient is written where it belongs."""
        self._fused: dict[int, str] = {}
        """Products that give the gradients of weights and of their bias, and the weights."""
        self._function = WrittenFunction()
        self._write(rule)

    def _write(self, rule: Rule | None) -> None:
        function, memory = self._function, self._memory
        self._fuse()
        body = self._writer()
        self._place_gradients(body)
        padded = {i: self._ops[i].shape[1] for i in self._inner & self._needed}
        alone = {*self._histories, *(self._gradients[name].id for name in self._direct)}
        # Stacked arrays are large enough for a call to be worth its dispatch.
        alone = self._needed if memory.runs else alone
        body.write(ProgramSchedule(self._ops, self._needed, alone, padded))
        gamma = self._finish_gradients(body)
        if rule and rule.needs_norm:
            function.dynamic["norm"] = Dynamic(("norm", ""), "plain")
            function.arrays["g"] = memory.gradient
            function.body.add(2, "g.dot(g, norm)", "square of the gradient's norm")
        self.streams, text = write_update(rule, memory, gamma, function) if rule else (None, "")
        """What computes the numbers that change with every update, where it needs any."""
        whole = self._whole()
        self.steps = whole.compiled("steps", function.functions)
        """(arrays, one tuple of dynamic arrays for each iteration)."""
        self.arrays = tuple(function.arrays.values())
        self.dynamic = tuple(function.dynamic.values())
        self.histories = {i: body.shape(i) for i in self._histories}
        """Shape of what every iteration leaves behind, by id."""
        self.losses = Losses(self._program, self._frontier, self._stacked, memory.runs)
        self.norm_scale = abs(gamma)
        """What the norm of the flat gradient array is to be multiplied by."""
        self.source = "\n\n".join(filter(None, (whole.text(), self.losses.source, text)))

    def _whole(self) -> SourceLines:
        """Return the body with its head."""
        whole = SourceLines()
        whole.add(0, "def steps(arrays, iterations):", "iterations in a row")
        if self._function.arrays:
            names = ", ".join(self._function.arrays)
            whole.add(1, f"{names}, = arrays", "in the same place at every iteration")
        each = ", ".join(self._function.dynamic) or "_"
        whole.add(1, f"for {each} in iterations:", "in another place at each")
        whole.lines.extend(self._function.body.lines)
        if not self._function.body.lines:
            whole.add(2, "pass", "the cost depends on no parameter")
        return whole

    def _writer(self) -> ProgramWriter:
        """Return what writes, which knows where leaves and what is left behind lie."""
        memory, places, packs = self._memory, {}, {}
        dynamic = {i: ("history", str(i)) for i in self._histories}
        augmented = dict.fromkeys(self._padded, np.empty(0))
        for index, op in enumerate(self._ops):
            name = op.name
            if op.kind == "parameter":
                places[index] = memory.views[name]
                if name in memory.blocks:
                    packs[index] = memory.blocks[name]
            elif name in self._fixed:
                places[index] = self._fixed[name]
                if index in self._padded:
                    augmented[index] = places[index]
                    places[index] = augmented[index][:-1]
            elif op.kind == "data":
                dynamic[index] = "data", name
        return ProgramWriter(
            self._ops, places, dynamic, augmented, packs, self._stacked, memory.runs,
            function=self._function, notes=self._program.notes,
            fused={i: memory.gradient_blocks[name] for i, name in self._fused.items()},
        )  # fmt: skip

    def _fuse(self) -> None:
        """Have the products of weights give the gradients of their biases, too."""
        gradients = self._gradients
        for weights, bias in self._memory.packs.items():
            if weights in gradients:
                product, total = gradients[weights], gradients[bias]
                if product.scale == total.scale and self._is_fused(product.id, total.id):
                    self._fused[product.id] = weights
                    self._direct |= {weights, bias}

    def _place_gradients(self, body: ProgramWriter) -> None:
        """Let the operations that give a gradient write it where it belongs."""
        gradients = self._gradients
        shared = [term.id for term in gradients.values()]
        for name, term in gradients.items():
            op = self._ops[term.id]
            own = op.is_result and shared.count(term.id) == 1
            if self._memory.runs:
                # The matrices of all runs are written as one, which a part of a pack is not.
                whole = self._memory.gradients[name].flags.c_contiguous
                own = own and whole and term.id in self._stacked
            free = name not in self._direct and term.id not in body.dynamic
            if own and free and not self._is_used(term.id):
                body.places[term.id] = self._memory.gradients[name]
                self._direct.add(name)
        biases = [self._memory.packs[weights] for weights in self._fused.values()]
        drop = {gradients[b].id for b in biases if not self._is_used(gradients[b].id)}
        keep = [index for index in shared if index not in drop]
        self._needed = reachable(self._ops, [*keep, *self._frontier])

    def _is_used(self, index: int) -> bool:
        return any(index in self._ops[i].args for i in self._needed)

    def _is_fused(self, product: int, total: int) -> bool:
        """Say whether a bias's gradient is the sum over examples of what W's is the product of."""
        op = self._ops[product]
        if op.code != "matmul" or self._ops[op.args[1]].code != "T" or self._is_used(product):
            return False
        signal, data = op.args[0], self._ops[op.args[1]].args[0]
        is_alias = self._ops[signal].code in ALIASES
        apart = self._memory.runs and (signal not in self._stacked or is_alias)
        if data not in self._padded or apart:
            return False
        summed = self._ops[total]
        same = total == signal or (summed.code == "sum" and summed.args == (signal,))
        products = summed.code == "vdot" and summed.args == self._ops[signal].args
        return same or (products and self._ops[signal].code == "mul")

    def _finish_gradients(self, body: ProgramWriter) -> float:
        """Bring the gradients that are not in place there, and all to one common factor: return
        it."""
        signs = self._program.signs
        scales = {n: signs[n] * t.scale for n, t in self._gradients.items() if t.scale != 0}
        gamma = next(iter(scales.values()), 1.0)
        gamma = 1.0 if is_lost(gamma) else gamma
        for place, (name, term) in enumerate(self._gradients.items()):
            ratio = scales.get(name, gamma) / gamma
            if name not in scales or (name in self._direct and ratio == 1):
                continue
            out = body.static(f"d{term.id}_{place}", self._memory.gradients[name])
            source = out if name in self._direct else body.view(term.id)
            line, note = body.copy(out, source), f"∂/∂{name}"
            if ratio != 1:
                by = body.static(f"f{term.id}_{place}", one_number(ratio))
                line, note = body.by_cell("mul", [source, by, out]), f"{note}·{ratio!r}"
            self._function.body.add(2, line, note)
        return gamma
