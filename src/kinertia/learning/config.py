"""Configuration of networks, losses and training; nested, typed, saved beside every model."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from kinertia.recording.sensor_set import LOWER_BODY, SAGITTAL, SensorSet
from kinertia.weights import Weights

Cell = Literal["lstm", "bilstm", "gru", "tcn"]
BodyName = Literal["gait2d", "gait2d_trunk", "gait2d_sole"]
Formulation = Literal["derivative", "paper"]
Actuation = Literal["torques", "muscles"]


@dataclass(frozen=True)
class NetworkConfig:
    """Size and kind of the network."""

    cell: Cell = "lstm"  # lstm, gru and tcn (causal convolutions) can stream; bilstm sees the whole recording.
    hidden: int = 128  # Width of the cell.
    layers: int = 2  # Number of recurrent or convolutional layers.
    dense: int = 128  # Width of the dense layer behind the cell.
    look_ahead: int = 0  # Samples that the network reads beyond the one that it answers for; results come so much later.
    # derivative: q, speed and forces, differentiated; paper: q, q', q'' and torques as separate outputs.
    formulation: Formulation = "derivative"


@dataclass(frozen=True)
class LossWeights(Weights):
    """Weight of each loss term: those that every objective shares, and those of networks, which have no constraints."""

    kane: float = 100.0  # Residual of the equations of motion, in body weights and body weight times height.
    temporal: float = 1.0  # q, q' and q'' against each other (paper's formulation only).
    # Distance of forward speed from a rough value out of the leg gyroscopes; fades out early in training.
    speed_hint: float = 1.0
    limit: float = 20.0  # Joint angles beyond the range of motion.
    penetration: float = 2000.0  # Contact points below the ground.
    lifted: float = 300.0  # Vertical force on a contact point above the ground.
    activation: float = 0.06  # Effort of muscles, where these give the moments: volume times squared activation, and reserves.
    # Mean posture unlike that of people who walk, or run, beside what is known of sensors and body, in standard deviations.
    usual: float = 0.0
    anchor: float = 0.0  # Joint angles that leave what the model that training started from makes of all sensors.
    labels: float = 1.0  # Errors against the reference of labelled recordings, where there are any.


@dataclass(frozen=True)
class TrainingConfig:
    """How to train."""

    steps: int = 4000  # Optimisation steps.
    batch: int = 8  # Windows per step.
    window: int = 200  # Length of a window, in samples.
    warm_up: int = 64  # Samples at the start of a window that the loss leaves out, for the network's memory to fill.
    learning_rate: float = 3e-3  # Highest learning rate of the network.
    personal_learning_rate: float = 2e-2  # Highest learning rate of sensor mounting and body size.
    gradient_clip: float = 1.0  # Largest norm of the network's gradient.
    ema: float = 0.995  # Decay of the moving average of the weights that estimates use.
    acc_noise: float = 0.3  # Standard deviation of noise added to accelerometers in training [m/s^2].
    gyro_noise: float = 0.05  # Standard deviation of noise added to gyroscopes in training [rad/s].
    hint_share: float = 0.3  # Share of training over which the hint of speed fades out.
    # Share of windows of which the network sees some sensors only, while the losses compare all that were worn.
    sparse_share: float = 0.0
    # Share of windows that begin with somebody who stands still, so that a network finds the speed at once when they set off.
    standing_share: float = 0.0
    # Recordings that state the same person and sensor places share one mounting of the sensors and one size of the body.
    one_mounting: bool = False
    # How thigh and shank sensors are turned, as the movement of the joints shows it, counts beside what was stated.
    placed: bool = False
    # Joint moments, their changes and bends act on mean angles, straightening legs; else not, with sensors on both feet.
    effort_sets_posture: bool = True
    actuation: Actuation = "torques"  # What effort is of: joint moments, or the muscles of the legs that give them.
    seed: int = 0  # Start of all random numbers.


@dataclass(frozen=True)
class AdaptationConfig:
    """How to train on from a finished model: these replace their namesakes of training and of the weights."""

    steps: int = 450  # Most optimisation steps for one wearer; it ends before when it has converged.
    long_steps: int = 1200  # Optimisation steps with labels, or for several wearers at once.
    batch: int = 4  # Windows per step.
    window: int = 600  # Length of a window, in samples: long, or what the network remembers of seconds ago drifts unseen.
    learning_rate: float = 1.5e-3  # Highest learning rate of the network.
    # Highest learning rate of sensor mounting and body size, between the second-order steps that find them.
    personal_learning_rate: float = 2e-3
    ema: float = 0.98  # Decay of the moving average of the weights that estimates use.
    # Recordings that state the same person and sensor places share one mounting of the sensors and one size of the body.
    one_mounting: bool = True
    # Share of windows of which the network sees some sensors only, while the losses compare all that were worn.
    sparse_share: float = 0.0
    # Share of windows that begin with somebody who stands still.
    standing_share: float = 0.0
    # How thigh and shank sensors are turned, as the movement of the joints shows it, counts beside what was stated.
    placed: bool = False
    # Joint moments, their changes and bends act on mean angles, straightening legs; else not, with sensors on both feet.
    effort_sets_posture: bool = False
    actuation: Actuation = "torques"  # What effort is of: joint moments, or the muscles of the legs that give them.
    prior: float = 0.002  # Sensors and body that differ from what was stated, in units of the expected errors.
    # Mean posture unlike that of people who walk, or run, in standard deviations: as what is known of sensors and body.
    usual: float = 0.002
    torque: float = 0.001  # Effort: squared joint moments in percent of body weight times height.
    lumbar: float = 0.03  # Trunk that leaves the line of the pelvis.
    torque_rate: float = 0.1  # Change of joint moments between samples.
    torque_bend: float = 5.0  # Bending of the curves of joint moments: ripples.
    force_bend: float = 6.0  # Bending of the curves of contact forces.
    anchor: float = 0.0  # Joint angles that leave what the model that training started from makes of all sensors.
    labels: float = 0.1  # Errors against the reference of labelled recordings, where there are any.


@dataclass(frozen=True)
class Config:
    """Everything that decides a model's behaviour besides the recordings."""

    rate_hz: float = 100.0  # Rate to which recordings are resampled [Hz].
    # gait2d: rigid trunk, 9 degrees of freedom; gait2d_trunk: with a lumbar joint, 10; gait2d_sole: the same on feet that roll
    body: BodyName = "gait2d_trunk"
    sensors: SensorSet = LOWER_BODY  # Segments whose sensors the network reads, and which channels of each.
    network: NetworkConfig = field(default_factory=NetworkConfig)
    weights: LossWeights = field(default_factory=LossWeights)
    training: TrainingConfig = field(default_factory=TrainingConfig)
    adaptation: AdaptationConfig = field(default_factory=AdaptationConfig)

    def __post_init__(self) -> None:
        if self.sensors.channels != SAGITTAL:
            raise ValueError(f"sensors.channels: body {self.body} moves in the sagittal plane; give {', '.join(SAGITTAL)}")
        if unknown := [segment for segment in self.sensors.segments if segment not in LOWER_BODY.segments]:
            known = ", ".join(LOWER_BODY.segments)
            raise ValueError(f"sensors.segments: {', '.join(unknown)} is none of the body's; give some of {known}")
