"""Regression of whole gait cycles: on simulated people never trained on, and on real cycles, with the gap between them."""

from __future__ import annotations

from dataclasses import replace
from statistics import fmean

from experiments import results
from experiments.labels_setting import CYCLES, Setting
from experiments.methods import Method
from experiments.protocol import Json
from kinertia.io import cycles as files
from kinertia.metrics.scoring import mean_over_joints
from kinertia.recording import Recording
from kinertia.supervised import config as configuration
from kinertia.supervised import cycles, predict, study
from kinertia.supervised.checkpoint import Fitted
from kinertia.train import people

PAPER = {"angle_rmsd_deg": 4.9, "moment_rmsd_bwbh": 1.4, "grf_rmsd_bw": 10.7}
"""The CNN regression of the paper, on ten people, trained on measured and simulated cycles."""
NAME = "cnn"


def cnn_simulated(setting: Setting) -> Json:
    """Mean cycles of simulated people who were not learned from.

    Returns
    -------
    As :func:`experiments.results.collect`, without trials; ``people``: figures of each person, with mean and standard
    deviation over people in ``table``.
    """
    fitted = setting.fitted("cycles", configuration.CYCLES)
    recordings = [cycle for each in setting.tested() for cycle in mean_cycles(people.load(each), fitted)]
    found = results.score(recordings, _method(fitted), NAME).results
    trials = found.pop("trials")
    own = {
        name: study.of_person({key: trial for key, trial in trials.items() if key.startswith(f"{name}_")})
        for name in dict.fromkeys(key.split("_")[0] for key in trials)
    }
    found["conditions"].pop("warnings")
    return {**found, "people": own, "table": study.over_people(own)}


def cnn_real(setting: Setting) -> Json:
    """Real averaged cycles of a participant who was not learned from.

    Returns
    -------
    As :func:`experiments.results.collect`, with ``paper``; ``zero_moment_ratio``: error of no moment at all over that of
    the network, as it is and synced; ``gap``: per joint and force what is offset and what is left without it.
    """
    fitted = setting.fitted("cycles", configuration.CYCLES)
    found = results.score(files.read_folder(setting.data / CYCLES), _method(fitted), NAME).results
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


def _method(fitted: Fitted) -> Method:
    return lambda blind: [predict.estimate(fitted, recording, NAME) for recording in blind]
