"""Encoders of a configuration."""

from __future__ import annotations

import torch

from experiments.encoders.config import PretrainingConfig
from experiments.encoders.encoder import Encoder
from experiments.encoders.recurrent import RecurrentEncoder
from experiments.encoders.resnet import ResNetEncoder
from experiments.encoders.transformer import TransformerEncoder


def build(config: PretrainingConfig, seed: int | None = None) -> Encoder:
    """The encoder of a configuration with random weights, drawn from ``seed`` (default: that of the configuration)."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed if seed is None else seed)
        if config.method == "contrastive":
            return ResNetEncoder(config.resnet, config.window)
        if config.method == "masked":
            return TransformerEncoder(config.transformer, config.window)
        return RecurrentEncoder(config.network, config.window, config.rate_hz)
