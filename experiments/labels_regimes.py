"""General and adaptive models on simulated people, and on the knees of a real continuous recording."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import fmean

from experiments import methods, results
from experiments.continuous import window
from experiments.labels_setting import CONTINUOUS, Setting
from experiments.protocol import Json
from kinertia.io import gaittoolbox
from kinertia.learning.config import Config
from kinertia.metrics import scoring
from kinertia.metrics.scoring import baselines, summarise
from kinertia.recording.selection import crop
from kinertia.supervised import predict, regimes, study
from kinertia.supervised.checkpoint import Fitted
from kinertia.supervised.config import (
    AdaptationConfig,
    Augmentation,
    FitConfig,
    InputConfig,
    NetworkConfig,
    TrainingConfig,
)
from kinertia.train import people
from kinertia.train.loop import Running
from kinertia.train.people import Person

SHARE, TESTED_FROM = 0.2, 0.4
CONFIG = FitConfig(
    inputs=InputConfig(most_windows=24),
    network=NetworkConfig(width=64, layers=2, skip=False),
    training=TrainingConfig(epochs=12, patience=4, learning_rate=3e-3),
    augmentation=Augmentation(misalignment_deg=5.0, posture_deg=5.0, acc_noise=0.1, gyro_noise=0.02, gain=0.05),
    adaptation=AdaptationConfig(batch=4, patience=3),
)
"""A network that is fitted in minutes on two cores."""


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
    pairs = study.compare(found["adaptive"]["people"], found["general"]["people"], "adaptive against general")
    means = {name: found[name]["mean"] for name in ("adaptive", "general")}
    gain = {
        name: None if None in (a := means["adaptive"][name], b := means["general"][name]) else 100.0 * (1.0 - a / b)
        for name in study.JUDGED
    }
    return {**found["adaptive"], "gain_percent": gain, "comparisons": study.comparisons(pairs)}


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
    fitted = setting.fitted("windows", CONFIG)
    adapted = regimes.fit_adaptive(fitted, Person("S02", (walking,)), SHARE)
    first = round(TESTED_FROM * walking.samples)
    tested = crop(walking, first, walking.samples)
    (oriented,) = methods.choose("orientation", 0, Config())([recording.without_truth()])
    estimates = {
        "general": predict.estimate(fitted, tested.without_truth()),
        "adaptive": predict.estimate(adapted, tested.without_truth()),
        "orientation": window(oriented, start + first, stop),
    }
    found = {name: scoring.figures(estimate, tested) for name, estimate in estimates.items()}
    return {
        **{name: {"knee_deg": _knee(figures), "figures": figures} for name, figures in found.items()},
        "frames": [start + first + 1, stop],
        "passes": len(adapted.card.history),
    }


def _knee(figures: Json) -> float:
    return fmean(figures["angle_rmsd_deg"][f"knee_angle_{side}"] for side in "rl")


def _rows(setting: Setting) -> Json:
    """Both models on the same parts of the same recordings; finished people are kept."""
    fitted = setting.fitted("windows", CONFIG)
    kept = replace(setting.context, json=setting.work / "regimes.json").rows(fitted.fingerprint)

    def row(each: tuple[str, list[Path]]) -> Json:
        person = people.load(each)
        with setting.context.training(CONFIG.adaptation.epochs, each[0]) as progress:
            adapted = regimes.fit_adaptive(fitted, person, SHARE, Running(progress=progress))
        return {"general": _scored(fitted, person), "adaptive": _scored(adapted, person)}

    rows = {each[0]: kept.get(each[0], partial(row, each)) for each in setting.tested()}
    return {name: _summary({person: row[name] for person, row in rows.items()}) for name in ("general", "adaptive")}


def _scored(fitted: Fitted, person: Person) -> Json:
    found = {}
    for recording in person.recordings:
        piece = crop(recording, round(TESTED_FROM * recording.samples), recording.samples)
        found[piece.name] = results.score_trial(piece, predict.estimate(fitted, piece.without_truth()), *baselines(piece))[0]
    return found


def _summary(trials: dict[str, Json]) -> Json:
    flat = {name: trial for own in trials.values() for name, trial in own.items()}
    figures = {person: study.of_person(own) for person, own in trials.items()}
    return {**summarise(flat), "people": figures, "table": study.over_people(figures)}
