"""General and adaptive models on simulated people, and on the knees of a real continuous recording."""

from __future__ import annotations

import json
from statistics import fmean
from typing import Any

from experiments import methods, results
from experiments.continuous import window
from experiments.labels_setting import CONTINUOUS, Setting
from kinertia.estimation.estimate import Estimate
from kinertia.io import gaittoolbox
from kinertia.io.files import write_text
from kinertia.metrics import scoring
from kinertia.metrics.summary import summarise
from kinertia.recording import Recording, RecordingError
from kinertia.recording.crop import crop
from kinertia.sensing import normative as curves
from kinertia.sensing import strapdown
from kinertia.supervised import checkpoint, people, predict, regimes, split, tables
from kinertia.supervised.checkpoint import Fitted
from kinertia.supervised.config import (
    AdaptationConfig,
    Augmentation,
    FitConfig,
    InputConfig,
    NetworkConfig,
    TrainingConfig,
)
from kinertia.supervised.people import Person

Json = dict[str, Any]
SHARE, TESTED_FROM = 0.2, 0.4
CONFIG = FitConfig(
    inputs=InputConfig(most_windows=24),
    network=NetworkConfig(width=64, layers=2, skip=False),
    training=TrainingConfig(epochs=12, patience=4, learning_rate=3e-3),
    augmentation=Augmentation(misalignment_deg=5.0, posture_deg=5.0, acc_noise=0.1, gyro_noise=0.02, gain=0.05),
    adaptation=AdaptationConfig(batch=4, patience=3),
)
"""A network that is fitted in minutes on two cores."""


def model(setting: Setting) -> Fitted:
    """The general model, fitted on the people that are learned from; made once in the setting's folder."""
    folder = setting.work / "windows"
    chosen = split.everyone([name for name, _ in setting.learned_from()])
    if checkpoint.is_fitted(folder):
        found = checkpoint.load(folder)
        if found.config == CONFIG and found.people == chosen.train:
            return found
    data = {}
    for each in setting.learned_from():
        setting.show(f"reading {each[0]}")
        data[each[0]] = people.examples(people.load(each), CONFIG)
    with setting.bar(CONFIG.training.epochs, "windows") as progress:
        return regimes.fit_general(data, chosen, CONFIG, folder, resume=True, progress=progress)


def general(setting: Setting) -> Json:
    """The model as it is, on the last 60 % of recordings of people who were not learned from.

    Returns
    -------
    ``mean``, ``mean_synced``, ``people`` (figures of each) and ``table`` (mean and standard deviation over people).
    """
    return _rows(setting)["general"]


def adaptive(setting: Setting) -> Json:
    """The model adapted to the first 20 % of each person's recordings, on the last 60 %.

    Returns
    -------
    As :func:`general`, with ``gain_percent`` (how much smaller errors are than those of the general model) and ``comparisons``
    (paired over people).
    """
    found = _rows(setting)
    pairs = tables.compare(found["adaptive"]["people"], found["general"]["people"], "adaptive against general")
    means = {name: found[name]["mean"] for name in ("adaptive", "general")}
    gain = {
        name: None if None in (a := means["adaptive"][name], b := means["general"][name]) else 100.0 * (1.0 - a / b)
        for name in tables.JUDGED
    }
    return {**found["adaptive"], "gain_percent": gain, "comparisons": tables.comparisons(pairs)}


def adaptive_knee_deg(setting: Setting) -> Json:
    """Knees of the real recording: adapted on the first 20 % of the walking frames, tested on the last 60 %.

    Returns
    -------
    ``general``, ``adaptive`` and ``orientation`` (orientation filter) to ``knee_deg`` (mean RMSD of both knees) and the figures
    of :func:`kinertia.metrics.scoring.figures`; ``frames`` that are tested, counted from 1.
    """
    folder = setting.data / CONTINUOUS
    recording = gaittoolbox.read(folder)
    start, stop = gaittoolbox.walking_frames(folder)
    aligned = people.ready(recording, "S02")
    walking = crop(aligned, start, stop)
    fitted = model(setting)
    adapted = regimes.fit_adaptive(fitted, Person("S02", (walking,)), SHARE)
    first = round(TESTED_FROM * walking.samples)
    tested = crop(walking, first, walking.samples)
    (oriented,) = methods.choose("orientation", 0, _no_config())([recording.without_truth()])
    estimates = {
        "general": predict.estimate(fitted, tested.without_truth()),
        "adaptive": predict.estimate(adapted, tested.without_truth()),
        "orientation": window(oriented, start + first, stop),
    }
    found = {name: scoring.figures(estimate, tested) for name, estimate in estimates.items()}
    return {
        **{name: {"knee_deg": _knee(figures), "figures": figures} for name, figures in found.items()},
        "frames": [start + first + 1, stop],
        "passes": len(adapted.history),
    }


def _no_config() -> Any:
    from kinertia.learning.config import Config

    return Config()


def _knee(figures: Json) -> float:
    return fmean(figures["angle_rmsd_deg"][f"knee_angle_{side}"] for side in "rl")


def _rows(setting: Setting) -> Json:
    """Both models on the same parts of the same recordings; finished people are kept."""
    path = setting.work / "regimes.json"
    fitted = model(setting)
    kept = json.loads(path.read_text()) if path.is_file() else {}
    rows = kept["rows"] if kept.get("model") == fitted.fingerprint else {}
    for each in setting.tested():
        if each[0] in rows:
            continue
        person = people.load(each)
        with setting.bar(CONFIG.adaptation.epochs, each[0]) as progress:
            adapted = regimes.fit_adaptive(fitted, person, SHARE, progress=progress)
        rows[each[0]] = {name: _scored(each_model, person) for name, each_model in (("general", fitted), ("adaptive", adapted))}
        write_text(path, json.dumps({"model": fitted.fingerprint, "rows": rows}, allow_nan=False) + "\n")
    return {name: _summary({person: row[name] for person, row in rows.items()}) for name in ("general", "adaptive")}


def _scored(fitted: Fitted, person: Person) -> Json:
    found = {}
    for recording in person.recordings:
        piece = crop(recording, round(TESTED_FROM * recording.samples), recording.samples)
        blind = piece.without_truth()
        rivals = (_if_possible(strapdown.solve, blind), _if_possible(curves.solve, blind))
        found[piece.name] = results.score_trial(piece, predict.estimate(fitted, blind), *rivals)[0]
    return found


def _if_possible(solve: Any, recording: Recording) -> Estimate | None:
    try:
        return solve(recording)
    except RecordingError:
        return None


def _summary(trials: dict[str, Json]) -> Json:
    flat = {name: trial for own in trials.values() for name, trial in own.items()}
    figures = {person: tables.of_person(own) for person, own in trials.items()}
    return {**summarise(flat), "people": figures, "table": tables.over_people(figures)}
