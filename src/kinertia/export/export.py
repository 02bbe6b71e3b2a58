"""Writing a trained model as graphs with a card."""

from __future__ import annotations

import logging
import warnings
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import msgspec
import numpy as np
import onnx
import torch

from kinertia import __version__
from kinertia.bodies import SKELETONS, Skeleton
from kinertia.export import body_graph, network_graph, person
from kinertia.export.nodes import OPSET, Nodes
from kinertia.export.person import PersonNumbers
from kinertia.export.plan import LANDMARKS, WINDOW, Plan
from kinertia.io.files import replacing, write_text
from kinertia.learning.checkpoint import Model, Person
from kinertia.recording import SEGMENTS
from kinertia.runtime import card as cards
from kinertia.runtime.card import CARD, FORMAT, PERSON, STEP, Card, Wearer
from kinertia.runtime.layout import Layout
from kinertia.runtime.model import ExportedModel

NAMES = (STEP, PERSON, "step-b.onnx", "person-b.onnx")
FILES = (*NAMES, CARD)
"""All that is written."""
EXAMPLE = {"mass": 70.0, "height": 1.75, "size": 1.0}


def layout(skeleton: Skeleton) -> Layout:
    """Names of the outputs, in the order in which :func:`kinertia.export.body_graph.add` gives them."""
    coordinates = skeleton.coordinate_names
    groups = (
        coordinates,
        tuple(f"{name}_moment" for name in coordinates[3:]),
        ("residual_x", "residual_y", "residual_moment"),
        tuple(f"grf_{axis}_{side}" for side in body_graph.SIDES for axis in ("x", "y")),
        ("speed",),
        tuple(f"{segment}_{channel}" for segment in SEGMENTS for channel in ("acc_x", "acc_y", "gyro_z")),
        tuple(f"{name}_{axis}" for name in LANDMARKS for axis in ("x", "y")),
        tuple(f"cop_x_{side}" for side in body_graph.SIDES),
        tuple(f"pressure_{side}" for side in body_graph.SIDES),
    )
    return Layout(tuple(name for group in groups for name in group), tuple(len(group) for group in groups))


def step_graph(model: Model, dtype: str = "float32") -> onnx.ModelProto:
    """The graph of one sample: signals, state and person to values and the next state.

    Parameters
    ----------
    dtype : floating type of the network; the body is always computed in double precision.

    Raises
    ------
    ValueError
        If the network cannot be written as one step.
    """
    network_graph.require_streaming(model.network)
    plan = Plan(SKELETONS[model.config.body], model.config.rate_hz)
    nodes, width, raw = Nodes(), model.config.network.hidden, plan.outputs
    x, hold = nodes.input("x", (1, network_graph.SEEN), dtype), nodes.input("hold", (1,), "bool")
    states = {name: nodes.input(name, (1, width), dtype) for name in network_graph.state_names(model.network)}
    window = nodes.input("window", (1, (WINDOW - 1) * raw), "float64")
    shapes = person_shapes(model, plan)
    numbers = {name: nodes.input(name, shape, dtype if name == "first_layer" else "float64") for name, shape in shapes.items()}
    step = network_graph.add(nodes, model.network, x, numbers["first_layer"], states, dtype)
    _, last = nodes.split(window, [(WINDOW - 2) * raw, raw])
    # at the end of a recording the last output is repeated
    newest = nodes.apply("Where", hold, last, step.raw)
    filled = nodes.concat(window, newest)
    out = body_graph.add(nodes, plan, filled, numbers)
    # the next window comes from the filled one, so that it cannot be written over the present one too early
    nodes.output(nodes.split(filled, [raw, (WINDOW - 1) * raw])[1], "window_next", (1, (WINDOW - 1) * raw), "float64")
    for name, value in step.states.items():
        nodes.output(value, f"{name}_next", (1, width), dtype)
    nodes.output(out, "out", (1, len(layout(plan.skeleton).names)), "float64")
    return nodes.model("step")


def person_module(model: Model) -> PersonNumbers:
    """The numbers of a person as a module."""
    weight, bias = network_graph.person_weights(model.network)
    plan = Plan(SKELETONS[model.config.body], model.config.rate_hz)
    return PersonNumbers(model.network, plan, torch.tensor(weight), torch.tensor(bias))


def person_shapes(model: Model, plan: Plan) -> dict[str, tuple[int, ...]]:
    """Shapes of what the graph of one step takes from the graph of a person."""
    example = person_module(model)(*_person_example())
    names = person.OUTPUTS[:-2]
    return {name: tuple(value.shape) for name, value in zip(names, example, strict=False)}


def person_graph(model: Model) -> onnx.ModelProto:
    """The graph that computes the numbers of a person."""
    # the exporter talks of packages that are not installed and not needed
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            person_module(model).eval(),
            _person_example(),
            input_names=list(person.INPUTS),
            output_names=list(person.OUTPUTS),
            opset_version=OPSET,
            dynamo=True,
            verbose=False,
        )
    assert program is not None
    return _without_traces(program.model_proto)


def _without_traces(graph: onnx.ModelProto) -> onnx.ModelProto:
    """The graph without the exporter's notes, which name the files of the machine that it was made on."""
    for part in (graph, graph.graph, *graph.graph.node, *graph.graph.value_info, *graph.graph.input, *graph.graph.output):
        del part.metadata_props[:]
    return graph


def export(model: Model) -> ExportedModel:
    """A trained model as graphs.

    Raises
    ------
    ValueError
        If the network cannot be written as one step after the other.
    """
    skeleton = SKELETONS[model.config.body]
    graphs = {STEP: step_graph(model).SerializeToString(), PERSON: person_graph(model).SerializeToString()}
    card = Card(
        format=FORMAT,
        version=__version__,
        name=model.name,
        model=model.fingerprint,
        body=skeleton.name,
        coordinates=skeleton.coordinate_names,
        rate_hz=model.config.rate_hz,
        delay_samples=(WINDOW - 1) // 2,
        states=dict.fromkeys(network_graph.state_names(model.network), model.config.network.hidden),
        raw=Plan(skeleton, model.config.rate_hz).outputs,
        layout=layout(skeleton),
        people=tuple(_wearer(p) for p in model.people),
        checksums={name: sha256(content).hexdigest() for name, content in graphs.items()},
        start=model.start,
    )
    return ExportedModel(card, graphs[STEP], graphs[PERSON], model.calibration)


def write(exported: ExportedModel, out: Path) -> list[Path]:
    """Write graphs and card into a folder, which at every instant holds the previous export or this one. Returns the paths.

    Graphs get names that the present card does not refer to, then the card is replaced, then the graphs before are removed.
    """
    out.mkdir(parents=True, exist_ok=True)
    before = _checksums(out)
    names: dict[str, str] = {}
    for name, content in ((STEP, exported.step), (PERSON, exported.person)):
        found, (stem, _, ending) = sha256(content).hexdigest(), name.partition(".")
        used = name if before.get(name, found) == found else f"{stem}-b.{ending}"
        names[used] = found
        if before.get(used) != found or not (out / used).is_file():
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
    return {name: found for name, path in files.items() if (found := sha256(path.read_bytes()).hexdigest()) == stated[name]}


def _person_example() -> tuple[torch.Tensor, ...]:
    given = {name: torch.full(shape, EXAMPLE.get(name, 0.0), dtype=torch.float64) for name, shape in person.INPUTS.items()}
    given["position"] = torch.tensor(np.full((7, 2), np.nan))
    return tuple(given.values())


def _wearer(p: Person) -> Wearer:
    return Wearer(p.name, p.fingerprint, p.mass_kg, p.height_m, p.sensor_angle_rad, p.sensor_shift_m, p.size)
