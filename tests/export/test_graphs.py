"""The graphs in double precision against the trained network in double precision: the same to rounding."""

from __future__ import annotations

import numpy as np
import onnxruntime as ort
import pytest
import torch

from kinertia.bodies import SKELETONS, build, stack
from kinertia.estimation import track
from kinertia.estimation.gait import CONTACT_BW
from kinertia.estimation.track import Wearer
from kinertia.export import export
from kinertia.learning.checkpoint import Model
from kinertia.learning.config import BodyName, Cell, Config, NetworkConfig
from kinertia.learning.network import Network, features
from kinertia.learning.personal import Deviation
from kinertia.learning.sequence import placement

SAMPLES = 40


@pytest.mark.parametrize("cell", ["lstm", "gru"])
@pytest.mark.parametrize("name", ["gait2d", "gait2d_trunk", "gait2d_sole"])
def test_graphs_equal_the_physics(name: BodyName, cell: Cell) -> None:
    torch.manual_seed(3)
    config = Config(body=name, network=NetworkConfig(cell=cell, hidden=12, layers=2, dense=8))
    skeleton = SKELETONS[name]
    network = Network(config.network, skeleton).requires_grad_(False).double().eval()
    model = Model(network, config, ())
    deviation = Deviation(0.2 * torch.randn(7), 0.03 * torch.randn(7, 2), torch.tensor(1.04))
    signals = 3.0 * torch.randn(SAMPLES, 7, 3, dtype=torch.float64)

    body = build(64.0, 1.68, skeleton=skeleton)
    # two sensors whose places are known, to single precision
    stated = np.full((7, 2), np.nan)
    stated[[2, 5]] = [[0.03125, -0.25], [-0.0625, -0.125]]
    position = torch.where(torch.tensor(stated).isnan(), placement((), body).double(), torch.tensor(stated))
    wearer = Wearer(stack([body.to(torch.float32)]).to(torch.float64), position[None], deviation.to(signals))
    raw, _ = network(features(signals[None], torch.ones_like(signals)[None], wearer.body, wearer.position))
    expected = track.to_series(track.physics(raw, wearer, config), wearer.body.select(torch.tensor(0)), 64.0)

    graphs = export.graphs(model, "float64")
    # twenty-two nodes for the body, in four levels, and sixteen for feet that roll; the others are the network's
    nodes = len(graphs[0].graph.node)
    assert nodes <= {"lstm": 57, "gru": 63}[cell] + (16 if name == "gait2d_sole" else 0)
    step, person = (ort.InferenceSession(graph.SerializeToString()) for graph in graphs)
    given = {"mass": np.array(64.0), "height": np.array(1.68), "position": stated}
    given |= {k: getattr(deviation, k).double().numpy() for k in ("angle", "shift", "size")}
    names = [output.name for output in person.get_outputs()]
    numbers = dict(zip(names, person.run(None, given), strict=True))
    sample = export.sample_of(model)
    feeds = {i.name: numbers[i.name] for i in step.get_inputs() if i.name in numbers} | {"hold": np.array([False])}
    feeds["window"] = np.zeros((1, 4 * sample.outputs))
    states = [i.name for i in step.get_inputs() if i.name[0] in "hc" and i.name[1:].isdigit()]
    feeds |= {k: np.zeros((1, 12)) for k in states}
    found = []
    for row in signals.numpy():
        feeds["x"] = np.concatenate([row.ravel(), np.ones(7)])[None]
        outputs = dict(zip([o.name for o in step.get_outputs()], step.run(None, feeds), strict=True))
        feeds |= {k: np.asarray(outputs[f"{k}_next"]) for k in (*states, "window")}
        found.append(np.asarray(outputs["out"])[0])
    entries = sum(np.asarray(numbers[each]).size for each in feeds if each.startswith("matrix"))
    assert entries <= (30_200 if name == "gait2d_sole" else 26_100)
    values, layout = np.array(found)[4:], sample.layout

    np.testing.assert_allclose(values[:, layout.coordinates], expected.q, atol=1e-9)
    np.testing.assert_allclose(values[:, layout.speed], expected.speed, atol=1e-9)
    np.testing.assert_allclose(values[:, layout.moments], expected.moments, atol=1e-4)  # N m
    # body and placement are rounded to single precision once, not always the same way
    np.testing.assert_allclose(values[:, layout.residual], expected.residual, atol=2e-7)
    np.testing.assert_allclose(values[:, layout.grf], expected.grf, atol=2e-7)
    np.testing.assert_allclose(values[:, layout.virtual].reshape(-1, 7, 3), expected.virtual, atol=1e-5)
    for landmark, place in expected.points.items():
        columns = [layout.index[f"{landmark}_x"], layout.index[f"{landmark}_y"]]
        np.testing.assert_allclose(values[:, columns], place, atol=1e-7, err_msg=landmark)
    np.testing.assert_allclose(values[:, layout.pressure], expected.pressure, atol=1e-6)
    vertical = values[:, layout.grf][:, [1, 3]]
    centre = np.where(vertical > CONTACT_BW, values[:, layout.pressure] / vertical, np.nan)
    np.testing.assert_allclose(values[:, layout.cop], centre, atol=1e-9)
    assert np.isfinite(centre).any()
