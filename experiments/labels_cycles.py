"""Regression of whole gait cycles: on simulated people never trained on, and on real cycles, with the gap between them."""

from __future__ import annotations

from dataclasses import replace
from statistics import fmean
from typing import Any

from experiments import cycles as benchmark
from experiments.labels_setting import CYCLES, Setting
from kinertia.estimation.estimate import Estimate
from kinertia.io import cycles as files
from kinertia.metrics.summary import mean_over_joints
from kinertia.recording import Recording
from kinertia.supervised import checkpoint, cycles, people, predict, regimes, split, tables
from kinertia.supervised import config as configuration
from kinertia.supervised.checkpoint import Fitted

Json = dict[str, Any]
PAPER = {"angle_rmsd_deg": 4.9, "moment_rmsd_bwbh": 1.4, "grf_rmsd_bw": 10.7}
"""The CNN regression of the paper, on ten people, trained on measured and simulated cycles."""
NAME = "cnn"


def model(setting: Setting) -> Fitted:
    """The network, fitted on the people that are learned from; made once in the setting's folder."""
    config, folder = configuration.CYCLES, setting.work / "cycles"
    chosen = split.everyone([name for name, _ in setting.learned_from()])
    if checkpoint.is_fitted(folder):
        found = checkpoint.load(folder)
        if found.config == config and found.people == chosen.train:
            return found
    data = {}
    for each in setting.learned_from():
        setting.show(f"reading {each[0]}")
        data[each[0]] = people.examples(people.load(each), config)
    with setting.bar(config.training.epochs, "gait cycles") as progress:
        return regimes.fit_general(data, chosen, config, folder, resume=True, progress=progress)


def cnn_simulated(setting: Setting) -> Json:
    """Mean cycles of simulated people who were not learned from.

    Returns
    -------
    As :func:`experiments.results.collect`, without trials; ``people``: figures of each person, with mean and standard
    deviation over people in ``table``.
    """
    fitted = model(setting)
    recordings = [cycle for each in setting.tested() for cycle in mean_cycles(people.load(each), fitted)]
    found = benchmark.score(recordings, _method(fitted), NAME).results
    trials = found.pop("trials")
    own = {
        name: tables.of_person({key: trial for key, trial in trials.items() if key.startswith(f"{name}_")})
        for name in dict.fromkeys(key.split("_")[0] for key in trials)
    }
    found["conditions"].pop("warnings")
    return {**found, "people": own, "table": tables.over_people(own)}


def cnn_real(setting: Setting) -> Json:
    """Real averaged cycles of a participant who was not learned from.

    Returns
    -------
    As :func:`experiments.results.collect`, with ``paper``; ``zero_moment_ratio``: error of no moment at all over that of
    the network, as it is and synced; ``gap``: per joint and force what is offset and what is left without it.
    """
    fitted = model(setting)
    found = benchmark.score(files.read_folder(setting.data / CYCLES), _method(fitted), NAME).results
    trials = found["trials"].values()
    zero = fmean(mean_over_joints(trial, "moment_rmsd_bwbh", trial["trivial"]["zero_moment"]) or 0.0 for trial in trials)
    ratio = {part: zero / found[part]["moment_rmsd_bwbh"] for part in ("mean", "mean_synced")}
    return {**found, "paper": PAPER, "zero_moment_ratio": ratio, "gap": gap(found["trials"])}


def gap(trials: dict[str, Json]) -> dict[str, Json]:
    """Trial to figure to joint or force: ``bias``, ``unbiased`` RMSD and ``r``, after the shift in time; ``shift_s``."""
    return {
        name: {
            "shift_s": trial["sync_shift_s"],
            **{
                kind: {
                    joint: {
                        "bias": trial["synced"][f"{kind}_bias_{unit}"][joint],
                        "unbiased": trial["synced"][f"{kind}_rmsd_unbiased_{unit}"][joint],
                        "r": trial["synced"][f"{kind}_r"][joint],
                    }
                    for joint in trial["synced"][f"{kind}_bias_{unit}"]
                }
                for kind, unit in (("angle", "deg"), ("moment", "bwbh"), ("grf", "bw"))
            },
        }
        for name, trial in trials.items()
    }


def mean_cycles(person: people.Person, fitted: Fitted) -> list[Recording]:
    """The mean of all strides of each recording, from right heel strike on."""
    chosen = replace(fitted.config.inputs, averaged=10**6)
    return [cycle for r in person.recordings for cycle, _, _ in cycles.average(r, "r", chosen)[:1]]


def _method(fitted: Fitted) -> Any:
    def estimate(blind: list[Recording]) -> list[Estimate]:
        return [predict.estimate(fitted, recording, NAME) for recording in blind]

    return estimate
