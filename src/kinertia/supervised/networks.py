"""Networks from inputs (B, T, C) to curves (B, T, K) and, of cycles, peaks (B, S)."""

from __future__ import annotations

import math
from itertools import pairwise

import torch
from torch import Tensor, nn

from kinertia.supervised.config import NetworkConfig


class Network(nn.Module):
    """A core between so many inputs and a linear layer to curves and peaks; :class:`.NetworkConfig` gives size and kind."""

    def __init__(self, config: NetworkConfig, inputs: int, curves: int, peaks: int) -> None:
        super().__init__()
        self.core = CORES[config.cell](config, inputs)
        width = (inputs, *config.channels)[-1] if config.cell == "cnn" else config.width
        self.head = _Last(width, curves, config.kernel) if config.cell == "cnn" else nn.Linear(width, curves)
        self.peaks = nn.Linear(2 * width, peaks) if peaks else None
        self.skip = nn.Linear(inputs, curves, bias=False) if config.skip else None
        if self.skip is not None:
            nn.init.zeros_(self.skip.weight)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Curves and peaks, both without units."""
        result = self.core(x)
        curves = self.head(result)
        if self.skip is not None:
            curves = curves + self.skip(x)
        if self.peaks is None:
            return curves, curves.new_zeros(len(x), 0)
        return curves, self.peaks(torch.cat([result.mean(1), result.amax(1)], dim=-1))

    def last(self) -> list[nn.Parameter]:
        """Parameters of the last layer, and of the linear one beside the network."""
        parts = [part for part in (self.head, self.peaks, self.skip) if part is not None]
        return [parameter for part in parts for parameter in part.parameters()]


class _Recurrent(nn.Module):
    def __init__(self, config: NetworkConfig, inputs: int) -> None:
        super().__init__()
        dropout = config.dropout if config.layers > 1 else 0.0
        self.lstm = nn.LSTM(inputs, config.width, config.layers, batch_first=True, dropout=dropout)

    def forward(self, x: Tensor) -> Tensor:
        return self.lstm(x)[0]


class _Convolutions(nn.Module):
    """Along time, each followed by ReLU."""

    def __init__(self, config: NetworkConfig, inputs: int) -> None:
        super().__init__()
        sizes = (inputs, *config.channels)
        self.layers = nn.ModuleList(nn.Conv1d(a, b, config.kernel, padding=config.kernel // 2) for a, b in pairwise(sizes))
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x: Tensor) -> Tensor:
        x = x.transpose(1, 2)
        for layer in self.layers:
            x = self.dropout(torch.relu(layer(x)))
        return x.transpose(1, 2)


class _Last(nn.Module):
    """The last convolution of the published network, without ReLU."""

    def __init__(self, width: int, outputs: int, kernel: int) -> None:
        super().__init__()
        self.layer = nn.Conv1d(width, outputs, kernel, padding=kernel // 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.layer(x.transpose(1, 2)).transpose(1, 2)


class _Transformer(nn.Module):
    """Encoder with one token per sample and sinusoidal positions."""

    def __init__(self, config: NetworkConfig, inputs: int) -> None:
        super().__init__()
        self.project = nn.Linear(inputs, config.width)
        layer = nn.TransformerEncoderLayer(
            config.width, config.heads, 2 * config.width, config.dropout, "gelu", batch_first=True, norm_first=True
        )
        self.encoder = nn.TransformerEncoder(layer, config.layers, enable_nested_tensor=False)

    def forward(self, x: Tensor) -> Tensor:
        tokens = self.project(x)
        return self.encoder(tokens + _positions(tokens))


def _positions(tokens: Tensor) -> Tensor:
    """(T, W) sines and cosines."""
    length, width = tokens.shape[1:]
    time = torch.arange(length, dtype=tokens.dtype, device=tokens.device)[:, None]
    rate = torch.exp(torch.arange(0, width, 2, dtype=tokens.dtype, device=tokens.device) * (-math.log(1e4) / width))
    return torch.cat([torch.sin(time * rate), torch.cos(time * rate)], dim=-1)


class _Periodic(nn.Module):
    """Residual blocks of convolutions around the cycle, each seeing twice as far as the one before."""

    def __init__(self, config: NetworkConfig, inputs: int) -> None:
        super().__init__()
        self.first = nn.Conv1d(inputs, config.width, 1)
        self.blocks = nn.ModuleList(_Block(config, 2**k) for k in range(config.layers))

    def forward(self, x: Tensor) -> Tensor:
        x = self.first(x.transpose(1, 2))
        for block in self.blocks:
            x = block(x)
        return x.transpose(1, 2)


class _Block(nn.Module):
    def __init__(self, config: NetworkConfig, dilation: int) -> None:
        super().__init__()
        width, kernel = config.width, config.kernel
        reach = dilation * (kernel // 2)
        self.norm = nn.GroupNorm(1, width)
        self.spread = nn.Conv1d(width, width, kernel, padding=reach, dilation=dilation, padding_mode="circular")
        self.mix = nn.Conv1d(width, width, 1)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.dropout(self.mix(torch.nn.functional.gelu(self.spread(self.norm(x)))))


CORES = {"lstm": _Recurrent, "cnn": _Convolutions, "transformer": _Transformer, "cycle": _Periodic}
