"""Calibrating the bands of a model, or of trajectory optimisation, on people of whom the truth is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from experiments.calibration import errors as measuring
from experiments.calibration.errors import Errors, Method, Plan
from experiments.calibration.fit import FEWEST_PEOPLE, Fitted, Samples, fit, rescale
from experiments.calibration.people import Person
from kinertia import __version__
from kinertia.estimation import estimator
from kinertia.estimation.estimate import Estimate
from kinertia.estimation.estimator import Runner
from kinertia.estimation.track import estimate
from kinertia.learning import adaptation, shipped
from kinertia.learning.adapting import adapt
from kinertia.learning.prepare import to_sequence
from kinertia.recording import Recording
from kinertia.uncertainty.calibration import FORMAT, Calibration, Use, UseName
from kinertia.uncertainty.half_width import GROUPS, Shares, group, shown
from kinertia.uncertainty.outputs import ANGLE, KINDS

LEVEL = 0.9
ZERO_RAD = np.radians(3.0)
"""Standard deviation of where one optical reference puts a joint's zero against another: 2 to 5 degrees in the sagittal plane
between laboratories and assessors (McGinley et al., Gait Posture 29, 2009). Virtual sensors know none of this."""
PLANS: dict[UseName, Plan] = {"adapted": Plan(20.0, (("all",),)), "solve": Plan(20.0, (("all",),), cycle=True)}
"""What is estimated in ways that take minutes a recording."""
SPARSE_SETS = ("FT", "F")
"""What models for any set of sensors are adapted with; others with all sensors."""


def as_it_is(
    runner: Runner, people: list[Person], keep: Path, note: str, show: Callable[[str, str], None] = measuring.silent
) -> Calibration:
    """Measure a model's errors on people and fit its bands to them.

    Parameters
    ----------
    runner : the model, as it is, without anything learned about these people.
    people : ten or more with truth that the model was not trained on.
    keep : folder for the errors of finished people.
    note : who they are, in words.
    show : called with person and recording before the work on it.

    Raises
    ------
    RecordingError : a recording cannot be used or has no truth.
    ValueError : too few people.
    """
    errors = measuring.collect(
        people, lambda one: estimator.estimate(runner, one), measuring.MANY_SETS, keep, runner.weights, show
    )
    errors = _shown(referred(errors))
    # a gait that few show is left out; where few show any, fitting says so
    chosen = {gait: by_key for gait, by_key in errors.items() if _people(by_key) >= FEWEST_PEOPLE} or errors
    use = _use(note, {gait: fit(by_key, LEVEL) for gait, by_key in chosen.items()}, chosen)
    return Calibration(FORMAT, __version__, runner.weights, LEVEL, {"shipped": use})


def otherwise(
    found: Calibration,
    way: UseName,
    model: str,
    steps: int,
    people: list[Person],
    keep: Path,
    note: str,
    show: Callable[[str, str], None] = measuring.silent,
) -> Calibration:
    """Bands of another way of estimating, from fewer errors: those of the model as it is, wider or narrower throughout.

    Parameters
    ----------
    found : has the bands of the model as it is.
    way : ``adapted`` or ``solve``; the bands of the latter are not those of a model, and stand alone.
    model : folder or name, to adapt.
    steps : of adapting.
    people, keep, note, show : as for :func:`as_it_is`.

    Raises
    ------
    RecordingError, ValueError : as :func:`as_it_is`.
    """
    method, plan = _METHODS[way](model, steps), PLANS[way]
    if way == "adapted" and shipped.load(model).config.training.sparse_share > 0.0:
        plan = replace(plan, sets=(SPARSE_SETS,))
    mark = f"{way} {found.model} {steps}"
    errors = measuring.collect(people, method, plan, keep, mark, show)
    errors, scales = _shown(referred(errors)), found.uses["shipped"].scales
    fitted = {gait: rescale(by_key, LEVEL, scales[gait]) for gait, by_key in errors.items() if gait in scales}
    use = _use(note, fitted, errors)
    if way == "solve":
        return replace(found, model=way, uses={way: use}, use=way)
    return replace(found, uses={**found.uses, way: use})


def referred(errors: Errors) -> Errors:
    """The errors that people whose motion was measured have against an optical reference with its own zero."""
    generator = np.random.default_rng(0)

    def of_output(key: str, samples: Samples) -> Samples:
        if not key.startswith(f"{ANGLE}."):
            return samples
        # an error's sign is as likely one as the other, and so is that of the zero
        apart = ZERO_RAD * generator.standard_normal(len(samples.error)) * samples.measured
        return replace(samples, error=np.abs(samples.error + apart))

    return {gait: {key: of_output(key, one) for key, one in by_key.items()} for gait, by_key in errors.items()}


def _shown(errors: Errors) -> Errors:
    """The errors where the sensors show anything of the output."""
    return {
        gait: {key: one.at(shown(key.partition(".")[0], one.features)) for key, one in by_key.items()}
        for gait, by_key in errors.items()
    }


def adapting(model: str, steps: int) -> Method:
    """A method that adapts a model to each recording, without labels and truth, and estimates it."""
    asked = replace(adaptation.DEFAULT, adaptation=replace(adaptation.DEFAULT.adaptation, steps=steps))
    loaded = shipped.load(model)
    config = adaptation.settings(loaded.config, asked)
    config = replace(config, training=replace(config.training, seed=asked.training.seed))

    def adapted(recording: Recording) -> Estimate:
        blind = recording.without_truth()
        return estimate(adapt(loaded, [to_sequence(blind, config)], config).model, blind, "adapted")

    return adapted


def solving(model: str, steps: int) -> Method:
    """Trajectory optimisation of a cycle."""
    del model, steps
    from kinertia.solving import solver  # CasADi, which nothing else here needs

    return lambda recording: solver.solve(recording.without_truth()).estimate


_METHODS: dict[UseName, Callable[[str, int], Method]] = {"adapted": adapting, "solve": solving}


def _people(errors: dict[str, Samples]) -> int:
    return max(len(np.unique(one.person)) for one in errors.values())


def _use(note: str, fitted: dict[str, dict[str, Fitted]], errors: Errors) -> Use:
    return Use(
        data=note,
        scales={gait: {key: one.scale for key, one in by_key.items()} for gait, by_key in fitted.items()},
        simulated={gait: _coverage(by_key, errors[gait], measured=False) for gait, by_key in fitted.items()},
        measured={gait: _coverage(by_key, errors[gait], measured=True) for gait, by_key in fitted.items()},
    )


def _coverage(fitted: dict[str, Fitted], errors: dict[str, Samples], *, measured: bool) -> dict[str, Shares]:
    """Kind of outputs to the part of all its samples within the bands, per group."""
    found: dict[str, Shares] = {}
    for kind in KINDS:
        shares, counts = [], []
        for key in (key for key in fitted if key.startswith(f"{kind}.")):
            at = group(errors[key].features)[errors[key].measured == measured]
            shares.append(fitted[key].measured if measured else fitted[key].simulated)
            counts.append(np.bincount(at, minlength=len(GROUPS)))
        if shares:
            part, number = np.array(shares, dtype=np.float64), np.array(counts)
            number = np.where(np.isfinite(part), number, 0)
            inside, total = (np.nan_to_num(part) * number).sum(0), number.sum(0)
            found[kind] = tuple(round(float(a / b), 4) if b else None for a, b in zip(inside, total, strict=True))
    return found
