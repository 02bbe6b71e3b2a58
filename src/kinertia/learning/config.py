"""Configuration of networks, losses and training; nested, typed, saved beside every model."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import msgspec

Cell = Literal["lstm", "bilstm", "gru", "tcn"]
BodyName = Literal["gait2d", "gait2d_trunk"]
Formulation = Literal["derivative", "paper"]


@dataclass(frozen=True)
class NetworkConfig:
    """Size and kind of the network."""

    cell: Cell = "lstm"
    hidden: int = 128
    layers: int = 2
    dense: int = 128
    formulation: Formulation = "derivative"
    """derivative: q, speed and forces, differentiated; paper: q, q', q'' and torques as separate outputs."""


@dataclass(frozen=True)
class LossWeights:
    """Weight of each loss term; terms are normalised per person, so that weights mean the same for everyone."""

    acc: float = 0.5
    gyro: float = 6.0
    kane: float = 100.0
    temporal: float = 1.0
    torque: float = 0.001
    prior: float = 0.002
    limit: float = 20.0
    lumbar: float = 1.0
    penetration: float = 2000.0
    lifted: float = 100.0
    slip: float = 1.0
    force_rate: float = 0.2
    torque_rate: float = 0.1


@dataclass(frozen=True)
class TrainingConfig:
    """How to train."""

    steps: int = 6000
    batch: int = 8
    window: int = 200
    warm_up: int = 64
    learning_rate: float = 3e-3
    personal_learning_rate: float = 2e-2
    gradient_clip: float = 1.0
    ema: float = 0.995
    acc_noise: float = 0.3
    gyro_noise: float = 0.05
    seed: int = 0


@dataclass(frozen=True)
class Config:
    """Everything that decides a model's behaviour besides the recordings."""

    rate_hz: float = 100.0
    body: BodyName = "gait2d_trunk"
    network: NetworkConfig = field(default_factory=NetworkConfig)
    weights: LossWeights = field(default_factory=LossWeights)
    training: TrainingConfig = field(default_factory=TrainingConfig)


def save(config: Config, path: Path) -> None:
    """Write a configuration as indented JSON."""
    path.write_bytes(msgspec.json.format(msgspec.json.encode(config), indent=2) + b"\n")


def load(path: Path) -> Config:
    """Read a configuration.

    Raises
    ------
    ValueError
        If the file is not a configuration; the message names file and field.
    """
    try:
        content = path.read_bytes()
        config = msgspec.json.decode(content, type=Config, strict=True)
    except (msgspec.DecodeError, UnicodeDecodeError, OSError) as error:
        raise ValueError(f"{path}: not a valid configuration: {error}") from error
    unknown = _unknown(msgspec.json.decode(content), msgspec.to_builtins(config))
    if unknown:
        raise ValueError(f"{path}: unknown field {', '.join(unknown)}; see the fields of a saved config.json")
    return config


def _unknown(given: dict[str, Any], known: dict[str, Any], prefix: str = "") -> list[str]:
    """Dotted names of fields that the configuration has not: msgspec refuses them in its own types only."""
    found = [prefix + name for name in given if name not in known]
    for name, value in known.items():
        if isinstance(value, dict) and isinstance(given.get(name), dict):
            found += _unknown(given[name], value, f"{prefix}{name}.")
    return found
