"""Emits the NumPy function that trains on batches of one size, from a lowered program."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gdtutor.engine.operations import Array, parse_rule
from gdtutor.training.body import ELEMENTWISE, UFUNCS, Body, Dynamic, Names
from gdtutor.training.lower import Program, reachable
from gdtutor.training.memory import Memory, aligned
from gdtutor.training.optimisers import Optimiser
from gdtutor.training.schedule import ALIASES, arrange
from gdtutor.training.source import Source
from gdtutor.training.terms import ONE, Builder, Op, Term

LARGEST_HISTORY = 4096
"""Cells that an iteration may leave behind for its cost to be computed later, with many others."""


@dataclass(frozen=True, slots=True, eq=False)
class Kernel:
    """The compiled function, and what its names are bound to at every iteration."""

    steps: Callable[[Any, Any], None]
    """(arrays, one tuple of dynamic arrays for each iteration)."""
    arrays: tuple[Array, ...]
    dynamic: tuple[Dynamic, ...]
    histories: Mapping[int, tuple[int, ...]]
    """Shape of what every iteration leaves behind, by id."""
    losses: Callable[..., Array]
    """(arrays of histories, then of data) → the cost of each iteration."""
    loss_data: tuple[str, ...]
    streams: Callable[[int, float], tuple[float, ...]] | None
    """(number of the update, rate) → numbers that the update needs; None where it needs none."""
    norm_scale: float
    """What the norm of the flat gradient array is to be multiplied by."""
    source: str


@dataclass(frozen=True, slots=True, eq=False)
class Wanted:
    """What a kernel is for."""

    optimiser: Optimiser
    hyper: Mapping[str, float]
    learning_rate: float | None
    """None where it changes from epoch to epoch."""
    data: Mapping[str, Array]
    """Arrays of data leaves that stay the same at every iteration; with the row of ones where one
    is needed."""
    needs_norm: bool = False
    trains: bool = True
    """False for a kernel that only computes costs."""


def packed_data(program: Program, packs: Mapping[str, str]) -> set[str]:
    """Return the data leaves that need a row of ones for folded biases."""
    found = set()
    for op in program.ops:
        if op.code == "affine" and str(program.ops[op.args[0]].detail[1]) in packs:
            data = program.ops[op.args[2]]
            if data.code == "leaf":
                found.add(str(data.detail[1]))
    return found


def build_kernel(
    program: Program, memory: Memory, constants: Mapping[str, Array], wanted: Wanted
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
        program: Program,
        memory: Memory,
        constants: Mapping[str, Array],
        wanted: Wanted,
    ) -> None:
        self._program = program
        self._ops = program.ops
        self._memory = memory
        self._constants = constants
        self._wanted = wanted
        self._source = Source()
        self._names = Names()
        roots = [t.id for t in program.gradients.values()] if wanted.trains else []
        self._needed = reachable(self._ops, roots)
        self._cost = program.cost.id
        self._frontier = self._history_frontier()
        self._tail = self._tail_of(self._frontier)
        self._needed |= reachable(self._ops, self._frontier)
        self._histories = [i for i in self._frontier if self._ops[i].code != "leaf"]
        self._gamma = 1.0

    def kernel(self) -> Kernel:
        body = self._forward_body()
        self._write_steps(body)
        streams = self._write_update() if self._wanted.trains else None
        if self._wanted.needs_norm:
            self._names.dynamic["norm"] = Dynamic("norm", None, "plain")
            place = next(i for i, line in enumerate(self._source.lines) if line[2] == "update")
            self._source.lines.insert(place, (2, "g.dot(g, norm)", "square of the gradient's norm"))
        header = Source()
        header.add(0, "def steps(arrays, iterations):")
        functions = self._names.functions
        header.add(1, f"{', '.join(self._names.arrays)}, = arrays")
        dynamic = ", ".join(self._names.dynamic) + (", " if len(self._names.dynamic) > 1 else "")
        header.add(1, f"for {dynamic.rstrip(', ')} in iterations:")
        header.lines.extend(line for line in self._source.lines if line[2] != "update")
        losses, loss_source, loss_data = self._write_losses()
        text = header.text() + "\n\n" + loss_source
        if streams is not None:
            text += "\n\n" + streams[1]
        return Kernel(
            header.compiled("steps", functions),
            tuple(self._names.arrays.values()),
            tuple(self._names.dynamic.values()),
            {i: self._ops[i].shape for i in self._histories},
            losses,
            loss_data,
            None if streams is None else streams[0],
            abs(self._gamma),
            text,
        )

    def _history_frontier(self) -> list[int]:
        """Return the values from which the cost can be computed later, for many iterations at once.

        It is the cost itself where the rest needs more than elementwise operations and sums.
        """
        later = reachable(self._ops, [self._cost]) - self._needed
        frontier: set[int] = set()
        for index in later:
            op = self._ops[index]
            if op.code in ("matmul", "affine", "T", "spread", "outer") or (
                op.code not in ("vdot", "sum", "max", "leaf", "const", "one")
                and op.code not in UFUNCS
            ):
                return [self._cost]
            frontier.update(a for a in op.args if a not in later)
            if op.code == "leaf":
                frontier.add(index)
        frontier = {i for i in frontier if self._ops[i].code not in ("const", "one")}
        if self._cost in self._needed:
            frontier = {self._cost}
        padded = self._affine_operands()
        for index in frontier:
            op = self._ops[index]
            is_data = op.code == "leaf" and op.detail[0] == "data"
            if not is_data and (op.code in ("leaf", *ALIASES) or index in padded):
                return [self._cost]
        cells = sum(math.prod(self._ops[i].shape) for i in frontier)
        return sorted(frontier) if cells <= LARGEST_HISTORY else [self._cost]

    def _tail_of(self, frontier: list[int]) -> list[int]:
        later = reachable(self._ops, [self._cost]) - reachable(self._ops, frontier)
        operands = {arg for index in later for arg in self._ops[index].args}
        return sorted(later | {i for i in operands if self._ops[i].code in ("const", "one")})

    def _affine_operands(self) -> set[int]:
        return {
            op.args[2]
            for op in self._ops
            if op.code == "affine" and self._ops[op.args[2]].code != "leaf"
        }

    def _forward_body(self) -> Body:
        places: dict[int, Array] = {}
        dynamic: dict[int, tuple[str, object]] = {i: ("history", i) for i in self._histories}
        augmented: dict[int, Array] = {}
        packs: dict[int, Array] = {}
        fixed = self._wanted.data
        padded = packed_data(self._program, self._memory.packs)
        for index, op in enumerate(self._ops):
            if op.code != "leaf":
                continue
            kind, name = str(op.detail[0]), str(op.detail[1])
            if kind == "parameter":
                places[index] = self._memory.views[name]
                if name in self._memory.blocks:
                    packs[index] = self._memory.blocks[name]
            elif kind == "constant":
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
        return Body(
            self._ops,
            "v",
            self._program.notes,
            self._source,
            self._names,
            places=places,
            dynamic=dynamic,
            augmented=augmented,
            packs=packs,
        )

    def _targets(self, places: dict[int, Array], dynamic: Mapping[int, object]) -> None:
        """Let the operations that give a gradient write it where it belongs."""
        self._direct: set[str] = set()
        self._fused: dict[int, str] = {}
        if not self._wanted.trains:
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
            own = op.code not in ("leaf", "const", "one", *ALIASES) and shared.count(term.id) == 1
            if (
                own
                and name not in self._direct
                and term.id not in dynamic
                and (not self._is_used(term.id))
            ):
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
        summed = self._ops[total]
        same = total == signal or (summed.code == "sum" and summed.args == (signal,))
        products = summed.code == "vdot" and summed.args == self._ops[signal].args
        return same or (products and self._ops[signal].code == "mul")

    def _write_steps(self, body: Body) -> None:
        padded = {i: self._ops[i].shape[1] for i in self._augmented if self._ops[i].code != "leaf"}
        alone = set(self._histories)
        alone |= {self._program.gradients[name].id for name in self._direct if self._wanted.trains}
        schedule = arrange(
            self._ops, self._needed, elementwise=ELEMENTWISE, alone=alone, padded=padded
        )
        extra = {index: self._fused_writer(body, index) for index in self._fused}
        body.write(schedule, extra)
        for index in self._histories:
            if self._ops[index].code in ("const", "one", *ALIASES):
                raise ValueError("a cost that nothing computes")
        if self._wanted.trains:
            self._finish_gradients(body)

    def _fused_writer(self, body: Body, index: int) -> Callable[[], None]:
        def write() -> None:
            weights = self._fused[index]
            signal, turned = self._ops[index].args
            data = self._ops[turned].args[0]
            out = body.static(f"g{index}", self._memory.gradient_blocks[weights])
            note = f"{body.describe(index)}, and its bias"
            product = f"{body.view(signal)}.dot({body.view(data, 'onesT')}, {out})"
            self._source.add(2, product, note)

        return write

    def _finish_gradients(self, body: Body) -> None:
        """Bring the gradients that are not in place there, and all to one common factor."""
        gradients = self._program.gradients
        signs = self._memory.signs
        scales = {n: signs[n] * t.scale for n, t in gradients.items() if t.scale != 0}
        if scales:
            self._gamma = next(iter(scales.values()))
        for name, scale in scales.items():
            term = gradients[name]
            ratio = scale / self._gamma
            if name in self._direct and ratio == 1:
                continue
            out = body.static(f"d{term.id}_{list(gradients).index(name)}", self._out(name))
            source = out if name in self._direct else body.view(term.id)
            if ratio == 1:
                copy = body.call("copyto", np.copyto)
                self._source.add(2, f"{copy}({out}, {source})", f"∂/∂{name}")
            else:
                factor = aligned(())
                factor[()] = ratio
                by = body.static(f"f{term.id}_{list(gradients).index(name)}", factor)
                multiply = body.call("multiply", np.multiply)
                self._source.add(2, f"{multiply}({source}, {by}, {out})", f"∂/∂{name}·{ratio!r}")

    def _out(self, name: str) -> Array:
        return self._memory.gradients[name]

    def _write_update(self) -> tuple[Callable[[int, float], tuple[float, ...]], str] | None:
        update = _Update(self._wanted, self._memory, self._gamma)
        self._names.arrays["g"] = self._memory.gradient
        self._source.add(2, "", "update")
        return update.write(self._source, self._names)

    def _write_losses(self) -> tuple[Callable[..., Array], str, tuple[str, ...]]:
        """Write the function that turns histories into costs; every array gets a first axis."""
        data = [i for i in self._frontier if self._ops[i].code == "leaf"]
        source = Source()
        arguments = [f"h{i}" for i in self._histories] + [f"h{i}" for i in data]
        source.add(0, f"def losses({', '.join(arguments)}):")
        functions: dict[str, Callable[..., object]] = {}
        widest = max((len(self._ops[i].shape) for i in [*self._frontier, *self._tail]), default=0)
        for index in self._frontier:
            pad = widest - len(self._ops[index].shape)
            if pad:
                ones = ", ".join(["1"] * pad)
                shape = f"(h{index}.shape[0], {ones}, *h{index}.shape[1:])"
                source.add(1, f"h{index} = h{index}.reshape({shape})")
        for index in self._tail:
            code = self._loss_code(index, widest, functions)
            if code:
                source.add(1, f"h{index} = {code}", self._program.notes.get(index, ""))
        scale = self._program.cost.scale
        factor = "" if scale == 1 else f"*{scale!r}"
        source.add(1, f"return h{self._cost}.reshape(-1){factor}")
        names = tuple(str(self._ops[i].detail[1]) for i in data)
        return source.compiled("losses", functions), source.text(), names

    def _loss_code(
        self, index: int, widest: int, functions: dict[str, Callable[..., object]]
    ) -> str:
        op = self._ops[index]
        if op.code in ("const", "one"):
            return repr(op.detail[0]) if op.detail else "1.0"
        args = [f"h{a}" for a in op.args]
        if op.code == "vdot":
            axes = tuple(range(1, widest + 1))
            return f"({args[0]}*{args[1]}).sum(axis={axes}, keepdims=True)"
        if op.code in ("sum", "max"):
            lead = widest - len(self._ops[op.args[0]].shape) + 1
            axes = tuple(lead + axis for axis in _axes(op))
            return f"{args[0]}.{op.code}(axis={axes}, keepdims=True)"
        name = UFUNCS[op.code].__name__
        functions[name] = UFUNCS[op.code]
        if op.code == "step":
            args.append("1.0")
        return f"{name}({', '.join(args)})"


def _axes(op: Op) -> tuple[int, ...]:
    axes = op.detail[0]
    if not isinstance(axes, tuple):
        raise ValueError(f"axes {axes!r}")
    return axes


class _Update:
    """The lines of an optimiser, lowered over the flat arrays."""

    def __init__(self, wanted: Wanted, memory: Memory, gamma: float) -> None:
        self._memory = memory
        shape = memory.parameters.shape
        builder = Builder()
        values = {name: Term(value, ONE) for name, value in wanted.hyper.items()}
        values["p"] = builder.leaf("flat", "p", shape)
        values["g"] = Term(gamma, builder.leaf("flat", "g", shape).id)
        self._places = {values["p"].id: memory.parameters, values["g"].id: memory.gradient}
        self._targets: list[tuple[str, int, Array]] = [("p", values["p"].id, memory.parameters)]
        for name, flat in memory.state.items():
            values[name] = builder.leaf("flat", name, shape)
            self._places[values[name].id] = flat
            self._targets.append((name, values[name].id, flat))
        values["t"] = builder.leaf("stream", "t", (), is_uniform=True)
        values["learning_rate"] = (
            builder.leaf("stream", "learning_rate", (), is_uniform=True)
            if wanted.learning_rate is None
            else Term(wanted.learning_rate, ONE)
        )
        for name, formula in wanted.optimiser.lines:
            values[name] = builder.evaluate(parse_rule(formula), values)
            builder.notes.setdefault(values[name].id, name)
        self._finals = {
            name: builder.plain(builder.spread(values[name], shape)) for name, _, _ in self._targets
        }
        self._ops = tuple(builder.ops)
        self._uniform = builder.uniform
        self._notes = builder.notes

    def write(
        self, source: Source, names: Names
    ) -> tuple[Callable[[int, float], tuple[float, ...]], str] | None:
        needed = reachable(self._ops, self._finals.values())
        streams = sorted(
            i
            for i in self._uniform & needed
            if any(i in self._ops[j].args for j in needed - self._uniform)
        )
        wanted = needed - self._uniform
        schedule = arrange(self._ops, wanted, elementwise=frozenset())
        order = [unit[0] for unit in schedule.units]
        copies = []
        for name, leaf, flat in self._targets:
            final = self._finals[name]
            if final == leaf:
                continue
            if self._can_overwrite(order, final, leaf) and final not in self._places:
                self._places[final] = flat
            else:
                copies.append((name, final, leaf))
        dynamic = {index: ("stream", place) for place, index in enumerate(streams)}
        body = Body(
            self._ops, "u", self._notes, source, names, places=self._places, dynamic=dynamic
        )
        body.write(schedule, {})
        for name, final, leaf in copies:
            copy = body.call("copyto", np.copyto)
            source.add(2, f"{copy}({body.view(leaf)}, {body.view(final)})", name)
        return self._stream_function(streams) if streams else None

    def _can_overwrite(self, order: Sequence[int], final: int, leaf: int) -> bool:
        """Say whether nothing reads the old value once the new one is written over it."""
        if self._ops[final].code not in ELEMENTWISE:
            return False
        after = order[order.index(final) + 1 :]
        return not any(leaf in self._ops[i].args for i in after)

    def _stream_function(
        self, streams: list[int]
    ) -> tuple[Callable[[int, float], tuple[float, ...]], str]:
        source = Source()
        source.add(0, "def streams(t, learning_rate):")
        for index in sorted(reachable(self._ops, streams)):
            op = self._ops[index]
            if op.code == "leaf":
                source.add(1, f"u{index} = float({op.detail[1]})")
            elif op.code in ("const", "one"):
                source.add(1, f"u{index} = {op.detail[0] if op.detail else 1.0!r}")
            else:
                args = [f"u{a}" for a in op.args]
                source.add(1, f"u{index} = {_SCALAR[op.code].format(*args)}")
        source.add(1, f"return {', '.join(f'u{i}' for i in streams)},")
        return source.compiled("streams", {"math": math}), source.text()


_SCALAR = {
    "add": "{} + {}",
    "sub": "{} - {}",
    "mul": "{}*{}",
    "div": "{}/{}",
    "pow": "{}**{}",
    "neg": "-{}",
    "recip": "1.0/{}",
    "sqrt": "math.sqrt({})",
}
