"""Training on from a finished model: what is taken from the model, and what is trained differently."""

from __future__ import annotations

from dataclasses import asdict, fields, replace

from kinertia.learning.config import Config
from kinertia.train.configuration import merge

DEFAULT = Config()


def settings(model: Config, given: Config = DEFAULT) -> Config:
    """Configuration with which a model is adapted to recordings, from its own one and what the user asks for.

    Settings in ``given`` that equal the built-in default are taken from the model. Training has the numbers of ``adaptation``,
    without hints of speed and, unless ``given`` asks for them, of posture: the model knows what gait looks like. ValueError if
    another network, body or rate than the model's is asked for.
    """
    chosen = merge(model, given, DEFAULT)
    require_same_network(model, chosen)
    result = adapting(chosen)
    return replace(result, weights=replace(result.weights, posture=given.weights.posture))


def adapting(config: Config) -> Config:
    """The configuration with the numbers of its ``adaptation`` in place of their namesakes in ``training`` and ``weights``."""
    numbers = asdict(config.adaptation)
    training, weights = (
        {f.name: numbers[f.name] for f in fields(part) if f.name in numbers} for part in (config.training, config.weights)
    )
    return replace(
        config,
        training=replace(config.training, **training),
        weights=replace(config.weights, **weights, speed_hint=0.0, posture=0.0),
    )


def longer(config: Config) -> Config:
    """The same for training with labels or on several wearers, which takes more steps, and steps of first order alone."""
    rate = DEFAULT.training.personal_learning_rate
    return replace(config, training=replace(config.training, steps=config.adaptation.long_steps, personal_learning_rate=rate))


def require_same_network(model: Config, config: Config) -> None:
    """ValueError that names the settings which decide the meaning of weights and differ from the model's."""
    parts = [(name, getattr(model, name), getattr(config, name)) for name in ("rate_hz", "body", "sensors")]
    network = [
        (f"network.{f.name}", getattr(model.network, f.name), getattr(config.network, f.name)) for f in fields(model.network)
    ]
    wrong = [f"{name} is {mine!r}, the model's is {its!r}" for name, its, mine in (*parts, *network) if its != mine]
    if wrong:
        raise ValueError(
            f"the model to start from does not fit the configuration: {'; '.join(wrong)}; leave these settings out, "
            "or train from the beginning"
        )
