"""Configuration of encoders and of their training; typed, saved beside every encoder."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from kinertia.learning.config import NetworkConfig

Method = Literal["contrastive", "masked", "physics"]


@dataclass(frozen=True)
class ResNetConfig:
    """The 1-D residual network of the contrastive method; one for all sensors, accelerometers and gyroscopes alike."""

    stem_kernel: int = 49
    """Samples that the first convolution sees."""
    kernel: int = 9
    """Samples that each other convolution sees."""
    blocks: tuple[int, ...] = (1, 1, 1, 1)
    """Residual blocks of each stage; published: 3 4 6 3."""
    widths: tuple[int, ...] = (8, 16, 32, 64)
    """Channels of each stage; published: 16 32 64 128."""
    projection: int = 64
    """Width of the projection that the loss sees; published: 128."""


@dataclass(frozen=True)
class TransformerConfig:
    """The transformer encoder of the masked method."""

    patch: int = 4
    """Samples in a token; published: 1."""
    width: int = 64
    """Width of a token; published: 192."""
    layers: int = 3
    """Layers; published: 6."""
    heads: int = 4
    """Attention heads; published: 8."""
    feed_forward: int = 128
    """Width between the two dense layers; published: 512."""
    dropout: float = 0.1
    """Share of activations left out in training."""


@dataclass(frozen=True)
class PretrainingConfig:
    """How an encoder is trained without labels. Sizes and steps fit two processor cores; recipes have the published ones."""

    method: Method = "masked"
    """contrastive: accelerometer against gyroscope; masked: samples that are left out; physics: equations of motion."""
    rate_hz: float = 100.0
    """Rate to which recordings are resampled [Hz]."""
    window: int = 128
    """Samples of a window."""
    smallest_movement_g: float = 0.2
    """Windows whose accelerometers vary less (mean over channels of the standard deviation) are left out [g]."""
    steps: int = 2000
    """Optimisation steps."""
    batch: int = 128
    """Windows per step; with the contrastive method of one sensor each."""
    learning_rate: float = 1e-3
    """Highest learning rate: linear rise, then a cosine to zero."""
    rise: float = 0.2
    """Share of the steps over which the learning rate rises."""
    weight_decay: float = 1e-5
    """Of AdamW."""
    temperature: float = 0.1
    """Of the contrastive loss."""
    span: int = 16
    """Samples in a row that the masked method leaves out of each window, in all channels."""
    seed: int = 0
    """Start of all random numbers."""
    resnet: ResNetConfig = field(default_factory=ResNetConfig)
    transformer: TransformerConfig = field(default_factory=TransformerConfig)
    network: NetworkConfig = field(default_factory=NetworkConfig)
    """The recurrent network of the physics method: that of the model it was taken from."""


def check(config: PretrainingConfig) -> None:
    """ValueError that names what cannot be."""
    for name in ("window", "steps", "batch", "learning_rate", "temperature", "span", "rate_hz"):
        if not getattr(config, name) > 0:
            raise ValueError(f"{name} is {getattr(config, name)}: it must be above zero")
    if config.method == "contrastive" and config.batch < 2:
        raise ValueError("the contrastive method compares windows with each other: batch must be at least 2")
    blocks, widths = config.resnet.blocks, config.resnet.widths
    if not blocks or len(blocks) != len(widths):
        raise ValueError(f"resnet has blocks for {len(blocks)} stages and widths for {len(widths)}; give one of each a stage")
    shortest = 2 ** (len(blocks) + 1)
    if config.method == "contrastive" and config.window % shortest:
        raise ValueError(f"window is {config.window}: with {len(blocks)} stages it must be a multiple of {shortest} samples")
    sizes = config.transformer
    if config.method != "masked":
        return
    if config.window % sizes.patch or config.span % sizes.patch:
        raise ValueError(f"window and span must be multiples of the patch, {sizes.patch} samples")
    if config.span >= config.window:
        raise ValueError(f"span is {config.span}: it must be shorter than the window, {config.window} samples")
    if sizes.width % (2 * sizes.heads):
        raise ValueError(f"transformer.width is {sizes.width}: it must be a multiple of twice the heads, {2 * sizes.heads}")
