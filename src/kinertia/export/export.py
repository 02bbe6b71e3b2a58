"""Trained models as graphs with a card: the values of a sample as one torch function of the equations that training uses."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256
from pathlib import Path

import msgspec
import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto
from torch import Tensor, nn

from kinertia import __version__
from kinertia.bodies import SKELETONS, Skeleton, gait2d, stack
from kinertia.estimation import track
from kinertia.estimation.gait import CONTACT_BW
from kinertia.estimation.series import SIDES
from kinertia.io.files import replacing, write_text
from kinertia.learning import decode, differences
from kinertia.learning.checkpoint import Model
from kinertia.learning.network import Layout as RawLayout
from kinertia.learning.network import Network, person_features, scales
from kinertia.learning.personal import Deviation
from kinertia.learning.sequence import default_position
from kinertia.recording import SensorSet
from kinertia.runtime import card as cards
from kinertia.runtime.card import CARD, FORMAT, GROUPS, STEP, Card, Layout, Wearer
from kinertia.runtime.model import ExportedModel
from kinertia.trace.nodes import TYPES, Nodes
from kinertia.trace.onnx import Traced, add_always, add_once, trace

Array = NDArray[np.floating]
WINDOW = 2 * differences.REACH + 1  # consecutive raw outputs that a sample's values come from
NAMES = (STEP, cards.PERSON, "step-b.onnx", "person-b.onnx")
FILES = (*NAMES, CARD)  # all that is written


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
    width, result = network.config.hidden, {}
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
            x, result[f"c{layer}"] = _lstm(nodes, entering, states[f"c{layer}"], width)
        else:
            offset = person if layer == 0 else nodes.constant(bias.astype(dtype))
            entering = nodes.apply("Add", nodes.apply("MatMul", x, nodes.constant(inward.astype(dtype))), offset)
            x = _gru(nodes, entering, _linear(nodes, h, back, bias_back, dtype), h, width)
        result[f"h{layer}"] = x
    first, last = (layer for layer in network.head if isinstance(layer, nn.Linear))
    inner = _linear(nodes, x, _numpy(first.weight).T, _numpy(first.bias)[None], dtype)
    active = nodes.apply("Cast", nodes.apply("Mul", inner, nodes.apply("Sigmoid", inner)), to=TensorProto.DOUBLE)
    return _linear(nodes, active, _numpy(last.weight).T, _numpy(last.bias)[None], "float64"), result


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


def person_shapes(sensors: SensorSet) -> dict[str, tuple[int, ...]]:
    """Shapes of what is known of a person: mass [kg], height [m], sensor positions in segment frames (NaN where not known) [m].

    And of what was learned about this wearer, see :class:`kinertia.learning.personal.Deviation`.
    """
    count = len(sensors)
    return {"mass": (), "height": (), "position": (count, 2), "angle": (count,), "shift": (count, 2), "size": ()}


@dataclass(frozen=True)
class Sample:
    """The values of a sample of a skeleton, with virtual signals of the sensors, at the rate of the raw outputs."""

    skeleton: Skeleton
    sensors: SensorSet
    rate_hz: float

    @property
    def outputs(self) -> int:
        """Raw outputs per sample."""
        return RawLayout.of(self.skeleton).outputs("derivative")

    @property
    def layout(self) -> Layout:
        """Names of the values."""
        coordinates = self.skeleton.coordinate_names
        names = {
            "coordinates": coordinates,
            "moments": tuple(f"{name}_moment" for name in coordinates[self.skeleton.joints]),
            "residual": ("residual_x", "residual_y", "residual_moment"),
            "grf": tuple(f"grf_{axis}_{side}" for side in SIDES for axis in "xy"),
            "speed": ("speed",),
            "virtual": self.sensors.names,
            "points": tuple(f"{name}_{axis}" for name in track.landmark_names(self.skeleton) for axis in "xy"),
            "cop": tuple(f"cop_x_{side}" for side in SIDES),
            "pressure": tuple(f"pressure_{side}" for side in SIDES),
        }
        return Layout(tuple(name for group in GROUPS for name in names[group]), tuple(len(names[group]) for group in GROUPS))

    def values(
        self, mass: Tensor, height: Tensor, position: Tensor, angle: Tensor, shift: Tensor, size: Tensor, raw: Tensor
    ) -> list[Tensor]:
        """Values (M,), in the order of :attr:`layout`, and what is constant for a person.

        That is features of the person (F,) that the network reads; body weight () [N] and weight times height () [N m]. What
        is given is what :func:`person_shapes` says, and (1, WINDOW, outputs) raw outputs of the network, oldest first.
        """
        # single precision once, as for whole recordings
        stated = gait2d.scale(mass, height, self.skeleton).to(torch.float32).to(torch.float64)
        usual = torch.stack([default_position(segment, stated) for segment in self.sensors.segments])
        known = torch.where(torch.isnan(position), usual, position)
        deviation = Deviation(_rounded(angle), _rounded(shift), _rounded(size))
        wearer = track.Wearer(stack([stated]), _rounded(known)[None], deviation, self.sensors)
        real = wearer.deviation.body(wearer.body)
        result = track.through_body(decode.motion(raw, real, self.rate_hz, "derivative"), wearer)
        reported = track.reported(result, stated)
        vertical = reported["grf"][:, 1::2]
        reported["cop"] = torch.where(vertical > CONTACT_BW, reported["pressure"] / vertical, torch.nan)
        person = person_features(wearer.body, wearer.position)[0]
        return [torch.cat([reported[group].flatten() for group in GROUPS]), person, stated.weight, stated.moment_scale]


def _rounded(x: Tensor) -> Tensor:
    return x.to(torch.float32).to(torch.float64)


def graphs(model: Model, dtype: str = "float32") -> tuple[onnx.ModelProto, onnx.ModelProto]:
    """The graph of one sample, signals, state and numbers of a person to values and the next state, and that of a person.

    ``dtype`` is the floating type of the network; the body is always computed in double precision. ValueError if the network
    cannot be written as one step.
    """
    require_streaming(model.network)
    sample = sample_of(model)
    traced, known = _traced(sample), person_shapes(sample.sensors)
    values, features, weight, moment_scale = traced.results
    nodes, width, raw = Nodes(), model.config.network.hidden, sample.outputs
    x, hold = nodes.input("x", (1, seen(model.network)), dtype), nodes.input("hold", (1,), "bool")
    states = {name: nodes.input(name, (1, width), dtype) for name in state_names(model.network)}
    window = nodes.input("window", (1, (WINDOW - 1) * raw), "float64")
    first_layer = nodes.input("first_layer", (1, gates(model.network)), dtype)
    latest, following = add(nodes, model.network, x, first_layer, states, dtype)
    # at the end of a recording the last output is repeated
    last = nodes.split(window, [(WINDOW - 2) * raw, raw])[1]
    filled = nodes.concat(window, nodes.apply("Where", hold, last, latest))
    out, matrices = add_always(nodes, traced, {"raw": filled}, values)
    # the next window comes from the filled one, so that it cannot be written over the present one too early
    nodes.output(nodes.split(filled, [raw, (WINDOW - 1) * raw])[1], "window_next", (1, (WINDOW - 1) * raw), "float64")
    for name, value in following.items():
        nodes.output(value, f"{name}_next", (1, width), dtype)
    nodes.output(out, "out", (1, len(values)), "float64")

    person = Nodes()
    given = {name: person.input(name, shape, "float64") for name, shape in known.items()}
    rows = {name: person.apply("Reshape", x, person.constant(np.array([1, -1]))) for name, x in given.items()}
    constant = add_once(
        person, traced, rows, {**matrices, "weight": weight, "moment_scale": moment_scale, "features": features}
    )
    for name, array in (*matrices.items(), ("weight", weight), ("moment_scale", moment_scale)):
        person.output(constant[name], name, array.shape, "float64")
    first = add_person(person, model.network, constant["features"], dtype)
    person.output(first, "first_layer", (1, gates(model.network)), dtype)
    return nodes.model("step"), person.model("person")


@cache
def _traced(sample: Sample) -> Traced:
    """The physics does not depend on weights."""
    return trace(sample.values, person_shapes(sample.sensors), {"raw": (1, WINDOW, sample.outputs)})


def sample_of(model: Model) -> Sample:
    """The values of a sample of a model."""
    return Sample(SKELETONS[model.config.body], model.config.sensors, model.config.rate_hz)


def export(model: Model) -> ExportedModel:
    """A trained model as graphs; ValueError if the network cannot be written as one step after the other."""
    sample = sample_of(model)
    step, person = (graph.SerializeToString() for graph in graphs(model))
    card = Card(
        format=FORMAT,
        version=__version__,
        name=model.name,
        model=model.fingerprint,
        body=sample.skeleton.name,
        coordinates=sample.skeleton.coordinate_names,
        rate_hz=model.config.rate_hz,
        delay_samples=differences.REACH + model.config.network.look_ahead,
        look_ahead=model.config.network.look_ahead,
        states=dict.fromkeys(state_names(model.network), model.config.network.hidden),
        raw=sample.outputs,
        layout=sample.layout,
        people=tuple(
            Wearer(p.name, p.fingerprint, p.mass_kg, p.height_m, p.sensor_angle_rad, p.sensor_shift_m, p.size)
            for p in model.people
        ),
        checksums={name: sha256(content).hexdigest() for name, content in ((STEP, step), (cards.PERSON, person))},
        start=model.start,
        sensors=sample.sensors,
    )
    return ExportedModel(card, step, person, model.calibration)


def write(exported: ExportedModel, out: Path) -> list[Path]:
    """Write graphs and card into a folder, which at every instant holds the previous export or this one. Returns the paths.

    Graphs get names that the present card does not refer to, then the card is replaced, then the graphs before are removed.
    """
    out.mkdir(parents=True, exist_ok=True)
    before = _checksums(out)
    names: dict[str, str] = {}
    for name, content in ((STEP, exported.step), (cards.PERSON, exported.person)):
        result, (stem, _, ending) = sha256(content).hexdigest(), name.partition(".")
        used = name if before.get(name, result) == result else f"{stem}-b.{ending}"
        names[used] = result
        if before.get(used) != result or not (out / used).is_file():
            with replacing(out / used) as part:
                part.write_bytes(content)
    card = replace(exported.card, checksums=names)
    text = msgspec.json.format(msgspec.json.encode(card), indent=1).decode() + "\n"
    written = write_text(out / CARD, text)
    for name in set(before) - set(names):
        (out / name).unlink(missing_ok=True)
    return [*(out / name for name in names), written]


def _checksums(folder: Path) -> dict[str, str]:
    """Names and hashes of the graphs that are there, as far as they are graphs of the card there."""
    try:
        stated = cards.read(folder).checksums
    except ValueError:
        return {}
    files = {name: folder / name for name in stated if name in NAMES and (folder / name).is_file()}
    return {name: result for name, path in files.items() if (result := sha256(path.read_bytes()).hexdigest()) == stated[name]}
