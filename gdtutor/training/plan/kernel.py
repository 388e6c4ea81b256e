"""Emits the NumPy function that trains on batches of one size, from a lowered program."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from gdtutor.engine.operations import Array
from gdtutor.training.plan.algebra import is_lost
from gdtutor.training.plan.flat_arrays import FlatArrays, aligned
from gdtutor.training.plan.losses import Losses, cost_frontier, write_losses
from gdtutor.training.plan.lower import FlatProgram, reachable
from gdtutor.training.plan.numpy_lines import ELEMENTWISE, ProgramWriter
from gdtutor.training.plan.placing import BoundNames, Dynamic, PlacedValues
from gdtutor.training.plan.rule import Rule
from gdtutor.training.plan.schedule import ALIASES, arrange
from gdtutor.training.plan.source import SourceLines
from gdtutor.training.plan.update_lines import Streams, Update
from gdtutor.values import Struct


class Kernel(Struct, frozen=True, eq=False):
    """The compiled function, and what its names are bound to at every iteration."""

    steps: Callable[[Any, Any], None]
    """(arrays, one tuple of dynamic arrays for each iteration)."""
    arrays: tuple[Array, ...]
    dynamic: tuple[Dynamic, ...]
    histories: Mapping[int, tuple[int, ...]]
    """Shape of what every iteration leaves behind, by id."""
    losses: Losses
    streams: Streams | None
    """None where the update needs no numbers that change."""
    norm_scale: float
    """What the norm of the flat gradient array is to be multiplied by."""
    source: str


class KernelOutputs(Struct, frozen=True, eq=False):
    """What a kernel is for."""

    rule: Rule | None
    """The update; None for a kernel that only computes costs."""
    data: Mapping[str, Array]
    """Arrays of data leaves that stay the same at every iteration; with the row of ones where one
    is needed."""
    needs_norm: bool = False


def packed_data(program: FlatProgram, packs: Mapping[str, str]) -> set[str]:
    """Return the data leaves that need a row of ones for folded biases."""
    found = set()
    for op in program.ops:
        if op.code == "affine" and program.ops[op.args[0]].name in packs:
            data = program.ops[op.args[2]]
            if data.code == "leaf":
                found.add(data.name)
    return found


def build_kernel(
    program: FlatProgram, memory: FlatArrays, constants: Mapping[str, Array], wanted: KernelOutputs
) -> Kernel:
    """Compile a program.

    Args:
        program: Lowered for this batch size.
        memory: Where parameters, gradient and state lie.
        constants: Values of the leaves that are constant arrays.
        wanted: What it is for.
    """
    return _Emitter(program, memory, constants, wanted).kernel()


class _Emitter:
    def __init__(
        self,
        program: FlatProgram,
        memory: FlatArrays,
        constants: Mapping[str, Array],
        wanted: KernelOutputs,
    ) -> None:
        self._program = program
        self._ops = program.ops
        self._memory = memory
        self._constants = constants
        self._wanted = wanted
        self._source = SourceLines()
        self._names = BoundNames()
        roots = [t.id for t in program.gradients.values()] if wanted.rule else []
        self._needed = reachable(self._ops, roots)
        self._cost = program.cost.id
        self._frontier = cost_frontier(program, self._needed, self._affine_operands())
        self._needed |= reachable(self._ops, self._frontier)
        self._histories = [i for i in self._frontier if self._ops[i].code != "leaf"]
        self._runs = memory.runs
        self._stacked = program.varying if memory.runs else set()
        self._gamma = 1.0

    def kernel(self) -> Kernel:
        self._write_steps(self._forward_body())
        if self._wanted.needs_norm:
            self._names.dynamic["norm"] = Dynamic("norm", None, "plain")
            self._names.arrays["g"] = self._memory.gradient
            self._source.add(2, "g.dot(g, norm)", "square of the gradient's norm")
        streams = None
        if self._wanted.rule is not None:
            update = Update(self._wanted.rule, self._memory, self._gamma)
            streams = update.write(self._source, self._names)
        header = SourceLines()
        header.add(0, "def steps(arrays, iterations):", "iterations in a row")
        if self._names.arrays:
            names = ", ".join(self._names.arrays)
            header.add(1, f"{names}, = arrays", "in the same place at every iteration")
        each = ", ".join(self._names.dynamic) or "_"
        header.add(1, f"for {each} in iterations:", "in another place at each")
        header.lines.extend(self._source.lines)
        if not self._source.lines:
            header.add(2, "pass", "the cost depends on no parameter")
        losses = write_losses(self._program, self._frontier, self._stacked, self._runs)
        texts = [header.text(), losses.source]
        if streams is not None:
            texts.append(streams[1])
        return Kernel(
            header.compiled("steps", self._names.functions),
            tuple(self._names.arrays.values()),
            tuple(self._names.dynamic.values()),
            {i: self._lead(i) + self._ops[i].shape for i in self._histories},
            losses,
            None if streams is None else streams[0],
            abs(self._gamma),
            "\n\n".join(texts),
        )

    def _lead(self, index: int) -> tuple[int, ...]:
        return (self._runs,) if index in self._stacked else ()

    def _affine_operands(self) -> set[int]:
        return {
            op.args[2]
            for op in self._ops
            if op.code == "affine"
            and self._ops[op.args[2]].code != "leaf"
            and self._ops[op.args[0]].name in self._memory.packs
        }

    def _forward_body(self) -> ProgramWriter:
        places: dict[int, Array] = {}
        dynamic: dict[int, tuple[str, object]] = {i: ("history", i) for i in self._histories}
        augmented: dict[int, Array] = {}
        packs: dict[int, Array] = {}
        fixed = self._wanted.data
        padded = packed_data(self._program, self._memory.packs)
        for index, op in enumerate(self._ops):
            if op.code != "leaf":
                continue
            name = op.name
            if op.kind == "parameter":
                places[index] = self._memory.views[name]
                if name in self._memory.blocks:
                    packs[index] = self._memory.blocks[name]
            elif op.kind == "constant":
                places[index] = self._constants[name]
            elif name in fixed:
                wide = fixed[name]
                places[index] = wide[:-1] if name in padded else wide
                if name in padded:
                    augmented[index] = wide
            else:
                dynamic[index] = ("data", name)
                if name in padded:
                    augmented[index] = np.empty(0)
        for index in self._affine_operands() & self._needed:
            augmented[index] = np.empty(0)
        self._targets(places, dynamic)
        self._augmented = augmented
        stacked, runs = self._stacked, self._runs
        given = PlacedValues(self._ops, places, dynamic, augmented, packs, stacked, runs)
        return ProgramWriter(given, "v", self._names, self._program.notes, self._source)

    def _targets(self, places: dict[int, Array], dynamic: Mapping[int, object]) -> None:
        """Let the operations that give a gradient write it where it belongs."""
        self._direct: set[str] = set()
        self._fused: dict[int, str] = {}
        if self._wanted.rule is None:
            return
        gradients = self._program.gradients
        for weights, bias in self._memory.packs.items():
            product, total = gradients[weights], gradients[bias]
            if product.scale == total.scale and self._is_fused(product.id, total.id):
                self._fused[product.id] = weights
                self._direct |= {weights, bias}
        shared = [term.id for term in gradients.values()]
        for name, term in gradients.items():
            op = self._ops[term.id]
            is_computed = not op.is_literal and op.code not in ("leaf", *ALIASES)
            own = is_computed and shared.count(term.id) == 1
            if self._runs:
                # The matrices of all runs are written as one, which a part of a pack is not.
                whole = self._memory.gradients[name].flags.c_contiguous
                own = own and whole and term.id in self._stacked
            free = name not in self._direct and term.id not in dynamic
            if own and free and not self._is_used(term.id):
                places[term.id] = self._memory.gradients[name]
                self._direct.add(name)
        drop = {
            gradients[b].id
            for w, b in self._memory.packs.items()
            if w in self._fused.values() and not self._is_used(gradients[b].id)
        }
        keep = [t.id for t in gradients.values() if t.id not in drop]
        self._needed = reachable(self._ops, [*keep, *self._frontier])

    def _is_used(self, index: int) -> bool:
        return any(index in self._ops[i].args for i in self._needed)

    def _is_fused(self, product: int, total: int) -> bool:
        """Say whether a bias's gradient is the sum over examples of what W's is the product of."""
        op = self._ops[product]
        if op.code != "matmul" or self._ops[op.args[1]].code != "T" or self._is_used(product):
            return False
        signal, data = op.args[0], self._ops[op.args[1]].args[0]
        if data not in self._affine_operands() and self._ops[data].code != "leaf":
            return False
        if self._runs and (signal not in self._stacked or self._ops[signal].code in ALIASES):
            return False
        summed = self._ops[total]
        same = total == signal or (summed.code == "sum" and summed.args == (signal,))
        products = summed.code == "vdot" and summed.args == self._ops[signal].args
        return same or (products and self._ops[signal].code == "mul")

    def _write_steps(self, body: ProgramWriter) -> None:
        padded = {i: self._ops[i].shape[1] for i in self._augmented if self._ops[i].code != "leaf"}
        alone = set(self._histories)
        alone |= {self._program.gradients[name].id for name in self._direct}
        # Stacked arrays are large enough for a call to be worth its dispatch.
        grouped = frozenset() if self._runs else ELEMENTWISE
        schedule = arrange(self._ops, self._needed, elementwise=grouped, alone=alone, padded=padded)
        extra = {index: self._fused_writer(body, index) for index in self._fused}
        gradients = self._program.gradients.items() if self._wanted.rule is not None else ()
        body.write(schedule, extra, [t.id for name, t in gradients if name not in self._direct])
        if self._wanted.rule is not None:
            self._finish_gradients(body)

    def _fused_writer(self, body: ProgramWriter, index: int) -> Callable[[], None]:
        def write() -> None:
            weights = self._fused[index]
            signal, turned = self._ops[index].args
            data = self._ops[turned].args[0]
            note = f"{body.describe(index)}, and its bias"
            product = body.pack_gradient(signal, data, self._memory.gradient_blocks[weights])
            self._source.add(2, product, note)

        return write

    def _finish_gradients(self, body: ProgramWriter) -> None:
        """Bring the gradients that are not in place there, and all to one common factor."""
        gradients = self._program.gradients
        signs = self._memory.signs
        scales = {n: signs[n] * t.scale for n, t in gradients.items() if t.scale != 0}
        if scales:
            first = next(iter(scales.values()))
            self._gamma = 1.0 if is_lost(first) else first
        for name, scale in scales.items():
            term = gradients[name]
            ratio = scale / self._gamma
            if name in self._direct and ratio == 1:
                continue
            out = body.static(
                f"d{term.id}_{list(gradients).index(name)}", self._memory.gradients[name]
            )
            source = out if name in self._direct else body.view(term.id)
            if ratio == 1:
                self._source.add(2, body.copy(out, source), f"∂/∂{name}")
            else:
                factor = aligned(())
                factor[()] = ratio
                by = body.static(f"f{term.id}_{list(gradients).index(name)}", factor)
                multiply = body.call("multiply", np.multiply)
                self._source.add(2, f"{multiply}({source}, {by}, {out})", f"∂/∂{name}·{ratio!r}")
