"""A program's functions and layers called with what they ask for by name."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import numpy as np

from gdtutor.judge.left_values import as_numbers, classes_of, objects_of
from gdtutor.judge.value_watch import Space

_OF_PARAMETERS = frozenset({"params", "parameters", "weights", "theta", "p"})
_OF_CACHE = frozenset({"cache", "caches", "saved", "memory", "ctx", "context", "memo", "out"})
_WEIGHTS = ("W", "weight", "weights", "w", "kernel")
_BIASES = ("b", "bias", "biases")
_IN = frozenset({"n_in", "in_features", "input_size", "in_dim", "n_inputs", "fan_in", "nin",
                 "in_size"})  # fmt: skip
_OUT = frozenset({"n_out", "out_features", "output_size", "out_dim", "n_outputs", "fan_out", "nout",
                  "out_size"})  # fmt: skip
_WEIGHT_GRADIENTS = ("dW", "grad_W", "W_grad", "weight_grad", "grad_weight", "dweights", "dw",
                     "grad_w")  # fmt: skip
_BIAS_GRADIENTS = ("db", "grad_b", "b_grad", "bias_grad", "grad_bias", "dbiases")
_TARGETS = frozenset({"y", "t", "target", "targets", "y_true", "ytrue", "labels", "label"})
_LINEAR = ("linear", "dense", "affine", "fully", "fc")
_MEANT = (
    dict.fromkeys(("x", "inputs", "x_in"), "X")
    | dict.fromkeys(("y", "targets", "target"), "Y")
    | dict.fromkeys(("lr", "alpha", "eta", "rate"), "learning_rate")
)
_COSTS = ("compute_cost", "cost", "compute_loss", "loss", "cost_function", "loss_function", "mse")
"""What computes the cost may be called."""
_UPDATES = ("update", "update_parameters", "update_params", "step")
"""What takes a step may be called."""


def laid_by(value: Any, rows: bool) -> Any:
    """Return a given value as a program has it, by rows or as the walk does."""
    array = np.array(value)
    if array.ndim == 0:
        return float(array)
    return array.T.copy() if rows and array.ndim == 2 else array


class Layers:
    """The layer objects of a network, made from the learner's classes.

    Args:
        space: The module that has the classes.
        chain: The lesson's layers in order: `("linear", Z, W, b)` and `("call", A, operation)`.
    """

    def __init__(self, space: Space, chain: Sequence[tuple[str, ...]]) -> None:
        self._space = space
        self._chain = chain
        self._layers: list[Any] = []
        self.computing: dict[str, str] = {}
        """By what a layer calls it, the name that is being computed; of what it returns by ''."""
        self.moved: Space = {}
        """The parameters after the steps of the layers that take one."""

    def run(self, given: Mapping[str, Any], ends: tuple[str, str, str], found: Space) -> bool:
        """Go forward and backward; say whether there is a cost to go backward from.

        Args:
            given: The values of all given names.
            ends: The input, the target and the cost.
            found: Every name that the layers give a value; filled in here.
        """
        source, target, cost = ends
        self._layers = self._layers or [self._made(link, given) for link in self._chain]
        for link, layer in self._pairs():
            if link[0] == "linear":
                _set(layer, _WEIGHTS, given[link[2]])
                _set(layer, _BIASES, given[link[3]])
        rows = any(_is_by_rows(link, layer, given) for link, layer in self._pairs())
        value = given[source].T if rows else given[source]
        for link, layer in self._pairs():
            self.computing = {"": link[1]}
            value = found[link[1]] = layer.forward(value)
        self.computing = {"": cost}
        answer = given[target].T if rows else given[target]
        slope = self._cost(value, answer, found, (cost, self._chain[-1][1]))
        if slope is None:
            # What computes the cost in lines of its own goes backward in them too.
            return False
        before = [source, *(link[1] for link in self._chain)]
        for (link, layer), earlier in reversed(list(zip(self._pairs(), before, strict=False))):
            found[f"d{link[1]}"] = slope
            self.computing = {"": f"d{earlier}"}
            named = {f"d{n}": names for n, names in
                     zip(link[2:], (_WEIGHT_GRADIENTS, _BIAS_GRADIENTS), strict=False)
                     if link[0] == "linear"}  # fmt: skip
            self.computing |= {own: n for n, names in named.items() for own in names}
            first = {n: _read(layer, names) for n, names in named.items()}
            try:
                slope = layer.backward(slope)
            except Exception:  # of a layer of the program's own, which may raise anything
                named = {n: o for n, o in named.items() if _read(layer, o) is not first[n]}
                raise
            finally:
                found |= {n: _read(layer, names) for n, names in named.items()}
        for link, layer in self._pairs():
            step = _one_of(_UPDATES, {n: getattr(layer, n, None) for n in _UPDATES})
            if step is not None and link[0] == "linear":
                _tried(step, {**given, "params": {}})
                self.moved |= {link[2]: _read(layer, _WEIGHTS), link[3]: _read(layer, _BIASES)}
        return True

    def _pairs(self) -> list[tuple[tuple[str, ...], Any]]:
        return list(zip(self._chain, self._layers, strict=True))

    def _made(self, link: tuple[str, ...], given: Mapping[str, Any]) -> Any:
        words = _LINEAR if link[0] == "linear" else (link[2],)
        kind = layer_class(self._space, words)
        if kind is None:
            raise LookupError(f"no class with forward and backward is called {words[0].title()}")
        if link[0] != "linear":
            return kind()
        return _linear_made(kind, given[link[2]], given[link[3]])

    def _cost(self, value: Any, answer: Any, found: Space, names: tuple[str, str]) -> Any:
        """Return the slope at the output, from the learner's cost; None where there is none."""
        function = next((self._space[n] for n in _COSTS if callable(self._space.get(n))), None)
        if function is None:
            return None
        takes = list(inspect.signature(function).parameters)
        # By their names, the target may come first.
        turned = bool(takes) and takes[0].lower() in _TARGETS
        result = function(answer, value) if turned else function(value, answer)
        if isinstance(result, tuple) and len(result) == 2:
            found[names[0]], slope = result
            return slope
        raise LookupError("compute_cost returns no pair: the cost, and its slope at the output")


def layer_class(space: Space, words: Sequence[str] = _LINEAR) -> type | None:
    """Return the module's own class with forward and backward whose name has one of some words."""
    fitting = (c for c in classes_of(space) if any(w in c.__name__.lower() for w in words))
    return next(fitting, None)


def _linear_made(kind: type, weight: Any, bias: Any) -> Any:
    """Return a linear layer, made with what its class asks for by name."""
    known = dict.fromkeys(_WEIGHTS, weight) | dict.fromkeys(_BIASES, bias)
    known |= dict.fromkeys(("rng", "random"), np.random.RandomState(0))
    outputs, inputs = weight.shape[::-1] if _is_row(weight, bias) else weight.shape
    return _called(kind, known, dict.fromkeys(_IN, inputs) | dict.fromkeys(_OUT, outputs))


def _set(layer: Any, names: Sequence[str], value: Any) -> None:
    """Write a parameter into a layer, in the layout that the layer has made for it."""
    for name in names:
        if not hasattr(layer, name):
            continue
        before = np.asarray(getattr(layer, name))
        laid = value
        if before.shape == value.T.shape != value.shape:
            laid = value.T
        elif before.size == value.size and before.shape != value.shape:
            laid = value.reshape(before.shape)
        setattr(layer, name, np.array(laid))
        return


def _is_row(weight: Any, bias: Any) -> bool:
    """Say whether a lesson's bias is a row beside `A @ W`, where an example is a row."""
    return bias.shape in {(weight.shape[1],), (1, weight.shape[1])}


def _is_by_rows(link: tuple[str, ...], layer: Any, given: Mapping[str, Any]) -> bool:
    """Say whether a linear layer takes the examples of a lesson in columns as rows, by the shapes
    of what it holds."""
    if link[0] != "linear" or _is_row(given[link[2]], given[link[3]]):
        return False
    weight, bias = (_read(layer, names) for names in (_WEIGHTS, _BIASES))
    expected = given[link[2]].shape
    if weight is not None and np.shape(weight) == expected[::-1] != expected:
        return True
    is_row = bias is not None and np.shape(bias) in {(expected[0],), (1, expected[0])}
    return is_row and expected[0] > 1


def _read(layer: Any, names: Sequence[str]) -> Any:
    return next((getattr(layer, n) for n in names if getattr(layer, n, None) is not None), None)


def call_by_names(function: Callable[..., Any], known: Mapping[str, Any], cache: Any) -> Any:
    """Call a function with the values that its parameters are named for.

    Args:
        function: The learner's `forward` or `backward`.
        known: Values by name; the dictionary of parameters under `params`.
        cache: What the forward pass returned; None before it.

    Raises:
        LookupError: It asks for a name that nothing is known of.
    """
    alike = dict.fromkeys(_OF_PARAMETERS, known["params"])
    alike |= {} if cache is None else dict.fromkeys(_OF_CACHE, cache)
    meant = {name: known[own] for name, own in _MEANT.items() if own in known}
    return _called(function, {**meant, **known}, alike)


def functions_in(space: Space, known: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the functions of a program by name: its own, or those of a class of the whole network
    that it has not made use of."""
    networks = classes_of(space)
    if not networks or layer_class(space) or objects_of(space):
        return space
    space["__gdtutor_network__"] = network = call_by_names(networks[0], known, None)
    return {n: getattr(network, n) for n in dir(network) if not n.startswith("__")}


def call_besides(
    of: Mapping[str, Any], known: Mapping[str, Any], root: str, space: Space | None
) -> Space:
    """Call what computes the cost and what takes a step; return the cost by its name.

    Args:
        of: The functions.
        known: Values by name, those of the passes forward and backward among them.
        root: The name of the cost.
        space: Where the parameters are left by the step; None where one has been taken.
    """
    cost = None if root in known else _tried(_one_of(_COSTS, of), known)
    if space is not None:
        step = _one_of(_UPDATES, of)
        moved = _tried(step, known)
        if step is not None and isinstance(moved, tuple | list):
            # The parameters come back in the order in which they were handed over.
            names = [n for n in inspect.signature(step).parameters if n in known["params"]]
            moved = dict(zip(names, moved, strict=True)) if len(names) == len(moved) else None
        space["params"] = moved if isinstance(moved, dict) else known["params"]
    return {} if (number := as_numbers(cost)) is None or number.ndim else {root: cost}


def _one_of(words: Sequence[str], of: Mapping[str, Any]) -> Callable[..., Any] | None:
    return next((of[word] for word in words if callable(of.get(word))), None)


def _tried(function: Callable[..., Any] | None, known: Mapping[str, Any]) -> Any:
    """Return what a function returns; one that asks for what is not known, or takes it for
    something else, is of the program's own use."""
    with suppress(LookupError, TypeError, AttributeError):
        return None if function is None else call_by_names(function, known, None)


def _called(
    function: Callable[..., Any], known: Mapping[str, Any], alike: Mapping[str, Any]
) -> Any:
    """Call a function with what it asks for: of a name that is known, or in small letters alike."""
    chosen: Space = {}
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        if name in known:
            chosen[name] = known[name]
        elif name.lower() in alike:
            chosen[name] = alike[name.lower()]
        elif parameter.default is parameter.empty:
            asked = f"{function.__name__} asks for '{name}', which the lesson does not have"
            raise LookupError(asked)
    return function(**chosen)
