"""One step of a recurrent network as nodes: signals of one sample and a state to raw outputs and the next state."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto
from torch import Tensor, nn

from kinertia.learning.network import Network, scales
from kinertia.trace.nodes import TYPES, Nodes

Array = NDArray[np.floating]


def state_names(network: Network) -> tuple[str, ...]:
    """Names of the recurrent states, each (1, hidden)."""
    kinds = ("h", "c") if network.config.cell == "lstm" else ("h",)
    return tuple(f"{kind}{layer}" for layer in range(network.config.layers) for kind in kinds)


def seen(network: Network) -> int:
    """Entries of the input that change from sample to sample: signals, then which sensors there are."""
    return network.sensors.size + len(network.sensors)


def require_streaming(network: Network) -> None:
    """ValueError for networks that cannot be written as one step."""
    config = network.config
    if config.cell not in ("lstm", "gru"):
        raise ValueError(f"cell {config.cell!r} cannot be exported as one step after the other; train with lstm or gru")
    if config.formulation != "derivative":
        raise ValueError(f"formulation {config.formulation!r} cannot be exported; train with 'derivative'")


def gates(network: Network) -> int:
    """Width of the first layer."""
    return _parameter(network, "bias_ih_l0").shape[1]


def add_person(nodes: Nodes, network: Network, features: str, dtype: str) -> str:
    """Add the nodes of what a person adds to the first layer (1, gates), biases included, from features (F - 28,)."""
    bias = _parameter(network, "bias_ih_l0")
    if network.config.cell == "lstm":
        bias = bias + _parameter(network, "bias_hh_l0")
    product = nodes.apply("MatMul", features, nodes.constant(_parameter(network, "weight_ih_l0")[seen(network) :]))
    return nodes.apply("Cast", nodes.apply("Add", product, nodes.constant(bias)), to=TYPES[dtype])


def add(nodes: Nodes, network: Network, x: str, person: str, states: dict[str, str], dtype: str) -> tuple[str, dict[str, str]]:
    """Add the nodes of one step; the last layer is in double precision, as in estimation of whole recordings.

    ``x`` (1, S C + S) are signals, zero where missing, and presence of the sensors; ``person`` (1, gates) is what
    :func:`add_person` gives, ``states`` are (1, hidden) by name. Gives raw outputs (1, O) and the states after the step.
    """
    width, found = network.config.hidden, {}
    sensors = network.sensors
    scale = np.concatenate([np.tile([1 / size for size in scales(sensors)], len(sensors)), np.ones(len(sensors))])
    for layer in range(network.config.layers):
        inward, back, bias, bias_back = (
            _parameter(network, f"{kind}_l{layer}") for kind in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        )
        if layer == 0:
            inward = inward[: seen(network)] * scale[:, None]
        h = states[f"h{layer}"]
        if network.config.cell == "lstm":
            offset = person if layer == 0 else nodes.constant((bias + bias_back).astype(dtype))
            joined = nodes.constant(np.concatenate([inward, back]).astype(dtype))
            entering = nodes.apply("Add", nodes.apply("MatMul", nodes.concat(x, h), joined), offset)
            x, found[f"c{layer}"] = _lstm(nodes, entering, states[f"c{layer}"], width)
        else:
            offset = person if layer == 0 else nodes.constant(bias.astype(dtype))
            entering = nodes.apply("Add", nodes.apply("MatMul", x, nodes.constant(inward.astype(dtype))), offset)
            x = _gru(nodes, entering, _linear(nodes, h, back, bias_back, dtype), h, width)
        found[f"h{layer}"] = x
    first, last = (layer for layer in network.head if isinstance(layer, nn.Linear))
    inner = _linear(nodes, x, _numpy(first.weight).T, _numpy(first.bias)[None], dtype)
    active = nodes.apply("Cast", nodes.apply("Mul", inner, nodes.apply("Sigmoid", inner)), to=TensorProto.DOUBLE)
    return _linear(nodes, active, _numpy(last.weight).T, _numpy(last.bias)[None], "float64"), found


def _lstm(nodes: Nodes, gates: str, cell: str, width: int) -> tuple[str, str]:
    """Hidden state and cell after one step."""
    sigmoids, candidate = nodes.split(gates, [3 * width, width])
    keep, take, show = nodes.split(nodes.apply("Sigmoid", sigmoids), [width] * 3)
    # c = f c + i g,  h = o tanh(c)
    kept, taken = nodes.apply("Mul", keep, cell), nodes.apply("Mul", take, nodes.apply("Tanh", candidate))
    following = nodes.apply("Add", kept, taken)
    return nodes.apply("Mul", show, nodes.apply("Tanh", following)), following


def _gru(nodes: Nodes, entering: str, returning: str, h: str, width: int) -> str:
    """Hidden state after one step."""
    gates_in, new_in = nodes.split(entering, [2 * width, width])
    gates_back, new_back = nodes.split(returning, [2 * width, width])
    reset, update = nodes.split(nodes.apply("Sigmoid", nodes.apply("Add", gates_in, gates_back)), [width] * 2)
    candidate = nodes.apply("Tanh", nodes.apply("Add", new_in, nodes.apply("Mul", reset, new_back)))
    # h = (1 - z) n + z h = n + z (h - n)
    return nodes.apply("Add", candidate, nodes.apply("Mul", update, nodes.apply("Sub", h, candidate)))


def _linear(nodes: Nodes, x: str, weight: Array, bias: Array, dtype: str) -> str:
    product = nodes.apply("MatMul", x, nodes.constant(weight.astype(dtype)))
    return nodes.apply("Add", product, nodes.constant(bias.astype(dtype)))


def _parameter(network: Network, name: str) -> Array:
    """A parameter of the recurrent layers, (inputs, gates) or (1, gates).

    Gates are in the order in which the graph splits them: torch has i, f, g, o of an LSTM; the graph f, i, o, g.
    """
    value = np.atleast_2d(_numpy(getattr(network.core, name)).T)
    if network.config.cell != "lstm":
        return value
    i, f, g, o = np.split(value, 4, axis=1)
    return np.concatenate([f, i, o, g], axis=1)


def _numpy(x: Tensor) -> Array:
    return x.detach().cpu().double().numpy()
