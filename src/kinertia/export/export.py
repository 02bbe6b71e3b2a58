"""Writing a trained model as graphs with a card."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from hashlib import sha256
from pathlib import Path

import msgspec
import numpy as np
import onnx

from kinertia import __version__
from kinertia.bodies import SKELETONS
from kinertia.export import network_graph
from kinertia.export.sample import WINDOW, Sample, person_shapes
from kinertia.io.files import replacing, write_text
from kinertia.learning.checkpoint import Model
from kinertia.runtime import card as cards
from kinertia.runtime.card import CARD, FORMAT, STEP, Card, Wearer
from kinertia.runtime.model import ExportedModel
from kinertia.trace.nodes import Nodes
from kinertia.trace.onnx import Traced, add_always, add_once, trace

NAMES = (STEP, cards.PERSON, "step-b.onnx", "person-b.onnx")
FILES = (*NAMES, CARD)  # all that is written


def graphs(model: Model, dtype: str = "float32") -> tuple[onnx.ModelProto, onnx.ModelProto]:
    """The graph of one sample, signals, state and numbers of a person to values and the next state, and that of a person.

    ``dtype`` is the floating type of the network; the body is always computed in double precision. ValueError if the network
    cannot be written as one step.
    """
    network_graph.require_streaming(model.network)
    sample = sample_of(model)
    traced, known = _traced(sample), person_shapes(sample.sensors)
    values, features, weight, moment_scale = traced.results
    nodes, width, raw = Nodes(), model.config.network.hidden, sample.outputs
    x, hold = nodes.input("x", (1, network_graph.seen(model.network)), dtype), nodes.input("hold", (1,), "bool")
    states = {name: nodes.input(name, (1, width), dtype) for name in network_graph.state_names(model.network)}
    window = nodes.input("window", (1, (WINDOW - 1) * raw), "float64")
    first_layer = nodes.input("first_layer", (1, network_graph.gates(model.network)), dtype)
    latest, following = network_graph.add(nodes, model.network, x, first_layer, states, dtype)
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
    first = network_graph.add_person(person, model.network, constant["features"], dtype)
    person.output(first, "first_layer", (1, network_graph.gates(model.network)), dtype)
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
        delay_samples=(WINDOW - 1) // 2,
        states=dict.fromkeys(network_graph.state_names(model.network), model.config.network.hidden),
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
