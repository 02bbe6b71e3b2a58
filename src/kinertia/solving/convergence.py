"""How well a solved movement solves its problem."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np

from kinertia.bodies import Body
from kinertia.estimation.track import Track
from kinertia.estimation.trained import numbers
from kinertia.ocp.ipopt import Run
from kinertia.recording import Array

LIFTED_M = 0.02  # a foot whose lower contact point is higher than this is in the air


@dataclass(frozen=True)
class Violation:
    """How far constraints of one kind are outside their bounds, over all nodes: largest and root mean square."""

    unit: str
    largest: float
    rms: float

    @classmethod
    def of(cls, unit: str, outside: Array) -> Violation:
        """Summary of distances (N, k) outside of the bounds."""
        return cls(unit, float(outside.max(initial=0.0)), float(np.sqrt(np.mean(outside**2))) if outside.size else 0.0)


@dataclass(frozen=True)
class Contact:
    """What the movement itself shows, whatever the solver says."""

    # root_force_bw, root_moment_bwbh: RMS of what force and moment at the root remain unexplained [BW, BWBH]
    root_force_bw: float
    root_moment_bwbh: float
    force_in_air_bw: float  # largest vertical force on a foot more than 2 cm up [BW]
    slip_m_s: float  # forward speed of loaded contact points, root mean square weighted by their vertical force [m/s]

    @classmethod
    def of(cls, track: Track, body: Body) -> Contact:
        """Figures of a movement; ``body`` as stated gives the units of force and moment."""
        weight, moment_scale = float(body.weight), float(body.moment_scale)
        root = numbers(track.generalized)[:, body.skeleton.root] / np.array([weight, weight, moment_scale])
        vertical, height = numbers(track.force)[..., 1] / weight, numbers(track.contact)[..., 1]
        forward = numbers(track.contact_velocity)[..., 0]
        sides = np.array([c.side for c in body.skeleton.contacts])
        in_air = 0.0
        for side in ("r", "l"):
            up = height[:, sides == side].min(axis=1) > LIFTED_M
            in_air = max(in_air, float(vertical[up][:, sides == side].sum(axis=1).max(initial=0.0)))
        return cls(
            root_force_bw=float(np.sqrt((root[:, :2] ** 2).sum(axis=1).mean())),
            root_moment_bwbh=float(np.sqrt((root[:, 2] ** 2).mean())),
            force_in_air_bw=in_air,
            slip_m_s=float(np.sqrt((vertical * forward**2).sum() / max(vertical.sum(), 1e-9))),
        )


@dataclass(frozen=True)
class Convergence:
    """Report on a solved movement: runs of the solver, one per window; each term of the cost per node, weighted."""

    solves: tuple[Run, ...]
    nodes: int
    cost: dict[str, float]
    violation: dict[str, Violation]
    contact: Contact

    def __repr__(self) -> str:
        found = self.figures()
        return (
            f"{sum(run.converged for run in self.solves)} of {len(self.solves)} runs of the solver converged, "
            f"{found['iterations']:.0f} iterations, {self.seconds:.0f} s, {self.nodes} nodes"
        )

    @property
    def converged(self) -> bool:
        return all(run.converged for run in self.solves)

    @property
    def seconds(self) -> float:
        """Wall time of the solver [s]."""
        return sum(run.seconds for run in self.solves)

    def figures(self) -> dict[str, float]:
        """The report in a few numbers, for benchmarks."""
        return {
            "converged": float(np.mean([run.converged for run in self.solves])),
            "runs": float(len(self.solves)),
            "iterations": float(sum(run.iterations for run in self.solves)),
            "seconds": self.seconds,
            "largest_violation": max(found.largest for found in self.violation.values()),
            **asdict(self.contact),
        }
