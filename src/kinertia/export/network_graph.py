"""One step of a recurrent network as nodes: signals of one sample and a state to raw outputs and the next state."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto
from torch import nn

from kinertia.learning.network import ACC_SCALE, GYRO_SCALE, SIGNALS, Network
from kinertia.trace.nodes import TYPES, Nodes

SENSORS = 7
SEEN = SIGNALS + SENSORS
"""Entries of the input that change from sample to sample: signals, then which sensors there are."""

Array = NDArray[np.floating]


@dataclass(frozen=True)
class Step:
    """Names of the values of one step."""

    raw: str
    states: dict[str, str]


def state_names(network: Network) -> tuple[str, ...]:
    """Names of the recurrent states, each (1, hidden)."""
    kinds = ("h", "c") if network.config.cell == "lstm" else ("h",)
    return tuple(f"{kind}{layer}" for layer in range(network.config.layers) for kind in kinds)


def require_streaming(network: Network) -> None:
    """ValueError for networks that cannot be written as one step."""
    config = network.config
    if config.cell not in ("lstm", "gru"):
        raise ValueError(f"cell {config.cell!r} cannot be exported as one step after the other; train with lstm or gru")
    if config.formulation != "derivative":
        raise ValueError(f"formulation {config.formulation!r} cannot be exported; train with 'derivative'")


def gates(network: Network) -> int:
    """Width of the first layer."""
    return len(_numpy(_core(network).bias_ih_l0))


def add_person(nodes: Nodes, network: Network, features: str, dtype: str) -> str:
    """Add the nodes of what a person adds to the first layer (1, gates), biases included, from features (F - 28,)."""
    core = _core(network)
    weight, bias = _numpy(core.weight_ih_l0), _numpy(core.bias_ih_l0)
    if network.config.cell == "lstm":
        bias = bias + _numpy(core.bias_hh_l0)
    weight, bias = _reorder(weight[:, SEEN:], network).T, _reorder(bias[:, None], network).T
    product = nodes.apply("MatMul", features, nodes.constant(weight))
    return nodes.apply("Cast", nodes.apply("Add", product, nodes.constant(bias)), to=TYPES[dtype])


def add(nodes: Nodes, network: Network, x: str, person: str, states: dict[str, str], dtype: str) -> Step:
    """Add the nodes of one step; the last layer is in double precision, as in estimation of whole recordings.

    Parameters
    ----------
    x : (1, 28) signals, zero where missing, and presence of the sensors.
    person : (1, gates) what person and placement add to the first layer, see :func:`add_person`.
    states : name to value (1, hidden).
    dtype : floating type of the network.
    """
    core, width, found = _core(network), network.config.hidden, {}
    scale = np.concatenate([np.tile([1 / ACC_SCALE, 1 / ACC_SCALE, 1 / GYRO_SCALE], SENSORS), np.ones(SENSORS)])
    for layer in range(network.config.layers):
        inward = _reorder(_numpy(getattr(core, f"weight_ih_l{layer}")), network)
        back = _reorder(_numpy(getattr(core, f"weight_hh_l{layer}")), network)
        bias, bias_back = (_reorder(_numpy(getattr(core, f"bias_{k}_l{layer}"))[:, None], network).T for k in ("ih", "hh"))
        if layer == 0:
            inward = inward[:, :SEEN] * scale
        h = states[f"h{layer}"]
        if network.config.cell == "lstm":
            offset = person if layer == 0 else nodes.constant((bias + bias_back).astype(dtype))
            joined = nodes.constant(np.concatenate([inward, back], axis=1).T.astype(dtype))
            gates = nodes.apply("Add", nodes.apply("MatMul", nodes.concat(x, h), joined), offset)
            x, cell = _lstm(nodes, gates, states[f"c{layer}"], width)
            found[f"c{layer}"] = cell
        else:
            offset = person if layer == 0 else nodes.constant(bias.astype(dtype))
            entering = nodes.apply("Add", nodes.apply("MatMul", x, nodes.constant(inward.T.astype(dtype))), offset)
            returning = nodes.apply("MatMul", h, nodes.constant(back.T.astype(dtype)))
            returning = nodes.apply("Add", returning, nodes.constant(bias_back.astype(dtype)))
            x = _gru(nodes, entering, returning, h, width)
        found[f"h{layer}"] = x
    return Step(_head(nodes, network, x, dtype), found)


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


def _head(nodes: Nodes, network: Network, x: str, dtype: str) -> str:
    first, last = network.head[0], network.head[2]
    assert isinstance(first, nn.Linear)
    assert isinstance(last, nn.Linear)
    inner = _linear(nodes, first, x, dtype)
    active = nodes.apply("Mul", inner, nodes.apply("Sigmoid", inner))
    return _linear(nodes, last, nodes.apply("Cast", active, to=TensorProto.DOUBLE), "float64")


def _linear(nodes: Nodes, layer: nn.Linear, x: str, dtype: str) -> str:
    product = nodes.apply("MatMul", x, nodes.constant(_numpy(layer.weight).T.astype(dtype)))
    return nodes.apply("Add", product, nodes.constant(_numpy(layer.bias)[None].astype(dtype)))


def _core(network: Network) -> nn.RNNBase:
    assert isinstance(network.core, nn.RNNBase)
    return network.core


def _numpy(x: object) -> Array:
    assert isinstance(x, nn.Parameter)
    return x.detach().cpu().double().numpy()


def _reorder(rows: Array, network: Network) -> Array:
    """Gates in the order in which the graph splits them: torch has i, f, g, o of an LSTM; the graph f, i, o, g."""
    if network.config.cell != "lstm":
        return rows
    i, f, g, o = np.split(rows, 4)
    return np.concatenate([f, i, o, g])
