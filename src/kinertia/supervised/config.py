"""Configuration of supervised models; typed, saved beside every model."""

from __future__ import annotations

from dataclasses import dataclass, field
from operator import attrgetter
from typing import Literal

from kinertia.recording import sensor_set

Cell = Literal["cnn", "lstm", "transformer", "cycle"]
Reading = Literal["windows", "cycles"]
Kind = Literal["angle", "moment", "grf", "speed"]
Layers = Literal["all", "head"]


@dataclass(frozen=True)
class InputConfig:
    """What the network reads."""

    reading: Reading = "windows"  # windows: pieces of a continuous recording; cycles: time-normalised gait cycles, leg by leg.
    # Sensor set by initials, see docs/getting-started.md; of cycles, r is the leg that is predicted and l the other one.
    sensors: str = sensor_set.ALL
    # sagittal: two axes of the accelerometer and one of the gyroscope; full: all three of both.
    axes: Literal["sagittal", "full"] = "sagittal"
    # Also the inclination of every segment, from an orientation filter (windows) or integration over the cycle (cycles).
    orientation: bool = True
    rate_hz: float = 100.0  # Rate of windows [Hz].
    window: int = 50  # Samples of a window.
    stride: int = 25  # Samples from one window to the next.
    most_windows: int = 60  # Windows of one recording that are learned from, spread evenly; 0 takes all.
    averaged: int = 8  # Strides that one cycle is the mean of; 1 takes strides one by one.
    most_cycles: int = 4  # Cycles of one recording and leg that are learned from; 0 takes all.
    mirrored: bool = True  # Cycles of the left leg, seen in a mirror, are learned from too.


@dataclass(frozen=True)
class NetworkConfig:
    """The network."""

    # cnn, lstm: as published for transfer learning; transformer: an encoder; cycle: periodic convolutions, for cycles.
    cell: Cell = "lstm"
    width: int = 128  # Hidden units of the LSTM, width of transformer tokens, channels of the cycle network.
    layers: int = 3  # Layers of the LSTM and of the transformer, residual blocks of the cycle network.
    channels: tuple[int, ...] = (24, 8)  # Channels between input and output of the cnn.
    kernel: int = 5  # Samples that a convolution sees.
    heads: int = 4  # Attention heads of the transformer.
    dropout: float = 0.2  # Share of activations left out in training.
    skip: bool = True  # A linear layer from inputs to outputs beside the network.
    # Angles are predicted as corrections of differences of inclinations, where the inclinations of both segments are read.
    kinematic: bool = True


@dataclass(frozen=True)
class Augmentation:
    """Random changes of inputs in training, drawn anew for every example; standard deviations unless said otherwise."""

    misalignment_deg: float = 0.0  # Turn of each sensor about the mediolateral axis [deg], half of it the same for both legs.
    most_misalignment_deg: float = 15.0  # Largest such turn [deg].
    # The same turn of each segment itself: angles change with it [deg]; other people, and laboratories, stand otherwise.
    posture_deg: float = 0.0
    position_m: float = 0.0  # Shift of each sensor, forward and along the segment [m]; of cycles only.
    tissue: float = 0.0  # Share of the sensors that ride on a soft damped spring in an example; of cycles only.
    acc_noise: float = 0.0  # White noise of accelerometers [m/s^2].
    gyro_noise: float = 0.0  # White noise of gyroscopes [rad/s].
    shift_s: float = 0.0  # Shift in time between signals and targets [s]; of cycles only.
    gain: float = 0.0  # Relative size of each sensor's movement about its mean.


@dataclass(frozen=True)
class TrainingConfig:
    """How labels are learned."""

    epochs: int = 40  # Passes over the examples at most.
    patience: int = 8  # Passes without improvement for the people held back after which training stops.
    batch: int = 64  # Examples per step.
    learning_rate: float = 1e-3  # Highest learning rate.
    weight_decay: float = 1e-4  # Of AdamW.
    gradient_clip: float = 1.0  # Largest norm of the gradient.
    seed: int = 0  # Start of all random numbers.


@dataclass(frozen=True)
class AdaptationConfig:
    """How a general model learns from a new user's own labels."""

    layers: Layers = "all"  # all, or head: the last layer (and the linear one beside the network) alone.
    epochs: int = 15  # Passes at most.
    patience: int = 1  # Passes without improvement after which it stops; published: 1.
    batch: int = 16  # Examples per step.
    learning_rate: float = 1e-3  # Learning rate.
    stride: int = 10  # Samples from one window to the next: little data is used fully.
    check: float = 0.2  # Share of the new user's recordings, after the share that is learned from, that says when to stop.


@dataclass(frozen=True)
class FitConfig:
    """Everything that decides a supervised model but the data."""

    inputs: InputConfig = field(default_factory=InputConfig)
    outputs: tuple[Kind, ...] = ("angle", "moment", "grf", "speed")  # What is predicted; angles always are.
    network: NetworkConfig = field(default_factory=NetworkConfig)
    augmentation: Augmentation = field(default_factory=Augmentation)
    training: TrainingConfig = field(default_factory=TrainingConfig)
    adaptation: AdaptationConfig = field(default_factory=AdaptationConfig)


PUBLISHED = NetworkConfig(skip=False, kinematic=False)  # LSTM of the transfer-learning paper: three layers of 128
CYCLES = FitConfig(
    inputs=InputConfig(reading="cycles", most_cycles=2),
    network=NetworkConfig(cell="cycle", width=48, layers=4, kernel=5, dropout=0.1, skip=False),
    training=TrainingConfig(epochs=30, patience=15, batch=32, learning_rate=3e-3),
    augmentation=Augmentation(
        misalignment_deg=6.0,
        posture_deg=3.0,
        position_m=0.02,
        tissue=0.5,
        acc_noise=0.1,
        gyro_noise=0.02,
        shift_s=0.01,
        gain=0.05,
    ),
)
"""Regression of a whole gait cycle by periodic convolutions."""


POSITIVE = (
    *(f"inputs.{name}" for name in ("rate_hz", "window", "stride", "averaged")),
    *(f"network.{name}" for name in ("width", "layers", "kernel", "heads")),
    *(f"training.{name}" for name in ("epochs", "patience", "batch", "learning_rate")),
    *(f"adaptation.{name}" for name in ("epochs", "patience", "batch", "learning_rate", "stride")),
)


def check(config: FitConfig) -> None:
    """ValueError that names what cannot be."""
    inputs, network, check = config.inputs, config.network, config.adaptation.check
    sensor_set.by_initials(inputs.sensors)
    wrong = [f"{name} is {value}: it must be above zero" for name in POSITIVE if not (value := attrgetter(name)(config)) > 0]
    if "angle" not in config.outputs:
        wrong.append("outputs have no angle: angles are always predicted; name angle beside the others")
    if (network.cell == "cycle") != (inputs.reading == "cycles"):
        wrong.append(
            f"network {network.cell!r} does not read {inputs.reading}: the cell cycle is for cycles, the others are for windows"
        )
    if network.kernel % 2 == 0:
        wrong.append(f"network.kernel is {network.kernel}: it must be odd")
    if network.cell == "transformer" and network.heads > 0 and network.width % (2 * network.heads):
        wrong.append(f"network.width is {network.width}: it must be a multiple of twice the heads, {2 * network.heads}")
    if not 0.0 <= network.dropout < 1.0:
        wrong.append(f"network.dropout is {network.dropout}: it must be at least 0 and below 1")
    if not 0.0 < check < 1.0:
        wrong.append(f"adaptation.check is {check}: it must be above 0 and below 1")
    if wrong:
        raise ValueError("; ".join(wrong))
