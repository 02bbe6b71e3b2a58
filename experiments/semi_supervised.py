"""The label-free objective and the labels of a person's other recordings together, against the objective alone."""

from __future__ import annotations

import time
from pathlib import Path

from experiments import methods, results
from experiments.protocol import QUIET, Context, Json
from kinertia.estimation.estimate import Estimate
from kinertia.estimation.track import estimate
from kinertia.io.cycles import read_folder
from kinertia.learning import adaptation, shipped, supervision
from kinertia.learning.checkpoint import Model
from kinertia.learning.config import Config
from kinertia.learning.prepare import to_sequence
from kinertia.learning.training import train
from kinertia.metrics.sync import synced
from kinertia.recording import Recording
from kinertia.recording.selection import same_wearer

NAME = "semi_supervised"


def semi_supervised(folder: Path, config: Config | None = None, model: str | None = None, context: Context = QUIET) -> Json:
    """Benchmark on averaged gait cycles: each is estimated with the labels of the same person's other cycles only.

    Parameters
    ----------
    folder : CSV + JSON pairs, one per averaged gait cycle.
    config : settings of the adaptation, see :func:`kinertia.learning.adaptation.settings`.
    model : name of a shipped model or folder; None is the shipped default.
    context : shows training.

    Returns
    -------
    As :func:`experiments.results.collect`, with ``label_free``: the means of the same adaptation without labels, and
    ``better``: figure to whether labels made it smaller, as it is and synced.

    Raises
    ------
    ValueError
        If the model cannot be loaded, or a recording is the only one of its person.
    RecordingError
        If a file cannot be used.
    """
    loaded = shipped.load(shipped.DEFAULT if model is None else model)
    chosen = adaptation.settings(loaded.config, Config() if config is None else config)
    labelled = adaptation.longer(chosen)
    recordings = read_folder(folder)

    def free(blind: list[Recording]) -> list[Estimate]:
        return methods.adapt_and_estimate(blind, loaded, chosen, "adapted", context.training)

    without = results.score(recordings, free, "adapted").results
    begin = time.perf_counter()
    estimates = estimate_each(recordings, loaded, labelled, context)
    seconds = time.perf_counter() - begin
    found = results.score(recordings, lambda blind: estimates, NAME).results
    return {**found, "seconds": seconds, "label_free": _means(without), "better": better(found, without)}


def estimate_each(recordings: list[Recording], model: Model, config: Config, context: Context = QUIET) -> list[Estimate]:
    """Estimate each recording with a model adapted to it without its labels, and to the person's other recordings with theirs.

    Raises
    ------
    ValueError
        If a recording is the only one of its person.
    """
    found = []
    for recording in recordings:
        others = [other for other in recordings if other is not recording and same_wearer(other, recording)]
        if not others:
            raise ValueError(
                f"{recording.name}: no other recording of the same person with the same sensor places to take labels from"
            )
        with context.training(config.training.steps) as progress:
            sequences = [to_sequence(each, config) for each in (recording, *others)]
            labels = [None, *(supervision.labels_of(synced(other)[0], config) for other in others)]
            adapted = train(sequences, config, start=model, labels=labels, progress=progress)
        found.append(estimate(adapted, recording.without_truth(), NAME))
    return found


def better(with_labels: Json, without: Json) -> dict[str, dict[str, bool | None]]:
    """Whether each mean figure is smaller with labels; None where one is not known."""
    return {
        part: {
            name: None if value is None or without[part][name] is None else value < without[part][name]
            for name, value in with_labels[part].items()
        }
        for part in ("mean", "mean_synced")
    }


def _means(found: Json) -> Json:
    return {part: found[part] for part in ("mean", "mean_synced")}
