"""An estimate with the recording that it is of: it shows itself, as a table, a plot, a report and files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal, overload

from kinertia.api import results, tables
from kinertia.api.tables import Backend
from kinertia.estimation import spatiotemporal
from kinertia.estimation.convention import Knee
from kinertia.estimation.estimate import Estimate
from kinertia.estimation.verdict import Verdict
from kinertia.io import inputs, stored, write_opensim, write_table
from kinertia.io.outputs import Outputs
from kinertia.io.stored import Session
from kinertia.recording import Recording
from kinertia.reporting import card
from kinertia.reporting import summary as figures
from kinertia.reporting.shown import Shown

if TYPE_CHECKING:
    import pandas
    import polars
    from matplotlib.figure import Figure

    from kinertia.api.tables import Frame
    from kinertia.solving.solution import Solution

KneeName = Literal["flexion", "opensim"]  # what is positive at the knee: flexion, or extension as in OpenSim's gait2392 family


@dataclass(frozen=True, repr=False)
class Estimated(Estimate):
    """What was estimated of a recording; inside, angles are in radians and knee flexion is negative."""

    recording: Recording = field(kw_only=True)  # what it was estimated from
    solution: Solution | None = field(default=None, kw_only=True)  # of :func:`kinertia.solve`: motion and forces at any time

    @classmethod
    def of(cls, estimate: Estimate, recording: Recording, solution: Solution | None = None) -> Estimated:
        """An estimate together with its recording."""
        known = {part.name: getattr(estimate, part.name) for part in fields(Estimate)}
        return cls(**known, recording=recording, solution=solution)

    def __repr__(self) -> str:
        lines = [f"Estimate of {self.name!r}: {self.samples / self.rate_hz:.4g} s at {self.rate_hz:.6g} Hz, {self.method}"]
        lines += [line for line in (self.headline, self.verdict.headline, self.verdict.doubted) if line]
        if self.verdict.warnings:
            first, *others = self.verdict.warnings
            lines.append(f"warning: {first}" + (f"; and {len(others)} more in .verdict.warnings" if others else ""))
        return "\n  ".join(lines)

    def _repr_html_(self) -> str:
        return card.render(self._shown)

    @cached_property
    def _shown(self) -> Shown:
        return Shown(self, self.recording)

    @property
    def verdict(self) -> Verdict:
        """Whether it agrees with the equations of motion and with the sensors, and what else is to be said of it."""
        return self._shown.told

    @property
    def gaits(self) -> tuple[spatiotemporal.Parameters, ...]:
        """Gait parameters of walking and of running, what there are most strides of first."""
        return self._shown.gaits

    @property
    def headline(self) -> str:
        """Speed, cadence, stride time and length in one line."""
        return figures.headline(self._shown)

    def summary(self) -> dict[str, tables.Value]:
        """One row of plain values for tables over recordings: the verdict, mean and spread of every gait parameter."""
        return tables.row(self._shown)

    @overload
    def frame(self, *, backend: Literal["polars"], knee: KneeName = "flexion") -> polars.DataFrame: ...
    @overload
    def frame(self, *, backend: Literal["pandas"] | None = None, knee: KneeName = "flexion") -> pandas.DataFrame: ...
    def frame(self, *, backend: Backend | None = None, knee: KneeName = "flexion") -> Frame:
        """Every series, a row per sample: time [s], angles [deg], moments [N m], forces [BW], bands and marks.

        ``backend`` is ``pandas`` or ``polars``, default what is installed (ModuleNotFoundError, saying what installs them,
        where neither is). Columns of the knee are ``knee_flexion_r``, or ``knee_angle_r`` in OpenSim's sign.
        """
        return tables.frame(write_table.columns(self, sign(knee)), backend)

    @overload
    def strides(self, *, backend: Literal["polars"]) -> polars.DataFrame: ...
    @overload
    def strides(self, *, backend: Literal["pandas"] | None = None) -> pandas.DataFrame: ...
    def strides(self, *, backend: Backend | None = None) -> Frame:
        """A row per stride: side, times [s], lengths [m], speed, stance, swing, double support; errors as :meth:`frame`."""
        return tables.frame(spatiotemporal.table(self.gaits), backend)

    def plot(self, *, knee: KneeName = "flexion") -> Figure:
        """Angles, moments and ground reaction as a matplotlib figure: mean gait cycles of both legs, spread and bands.

        ModuleNotFoundError says what installs matplotlib where it is not installed.
        """
        from kinertia.api import plotting

        return plotting.draw(card.leg_charts(self._shown, sign(knee)), f"{self.name}: {self.verdict.word}")

    def report(
        self,
        path: str | Path,
        *,
        heading: str = "",
        note: str = "",
        knee: KneeName = "flexion",
        overwrite: bool = False,
    ) -> Path:
        """Write the report: one HTML file that opens without a network, or a PDF; options and errors as :func:`report`."""
        place = Path(path)
        with self._guard(overwrite).writing([place]):
            return results.report(place, [self._said(heading, note, knee)])

    def save(
        self,
        folder: str | Path,
        *,
        heading: str = "",
        note: str = "",
        knee: KneeName = "flexion",
        csv: bool = False,
        overwrite: bool = False,
    ) -> list[Path]:
        """Write what `kinertia estimate` writes: OpenSim files, a table (Parquet where it can be written) and the report.

        :func:`kinertia.load` gives the estimate back. Options and errors as :meth:`report`.
        """
        place = Path(folder)
        with self._guard(overwrite).writing(results.planned(place, self.name, csv=csv)):
            return results.write(place, self._said(heading, note, knee), csv=csv)

    def to_opensim(self, folder: str | Path, *, knee: KneeName = "opensim", overwrite: bool = False) -> tuple[Path, ...]:
        """Write the OpenSim files alone: coordinates, ground reaction with its external loads, joint moments.

        ``knee="flexion"`` is for models of the Rajagopal family. Errors as :meth:`report`.
        """
        place = Path(folder)
        with self._guard(overwrite).writing([place / f"{self.name}_{ending}" for ending in write_opensim.ENDINGS]):
            return write_opensim.write(place, self, knee=sign(knee))

    def _said(self, heading: str, note: str, knee: str, label: str = "") -> Shown:
        return Shown(self, self.recording, Session(heading, note), sign(knee), label)

    def _guard(self, overwrite: bool) -> Outputs:
        """What keeps a user's files from being written over."""
        source = self.recording.source
        read = inputs.of(source) if source else ()
        return Outputs("kinertia estimate", read, source or self.name, overwrite, "give another place", "overwrite=True")


def sign(name: str) -> Knee:
    """What is positive at the knee, by its name."""
    try:
        return Knee(name)
    except ValueError as error:
        raise ValueError(f"nothing at the knee is called {name!r}; give knee='flexion' or knee='opensim'") from error


def load(path: str | Path) -> Estimated:
    """An estimate that was saved, from its folder, its table or the JSON file beside it; without the recording's signals.

    RecordingError says what of it is missing, or not as it was written.
    """
    kept = stored.read(Path(path))
    return Estimated.of(kept.estimate, kept.recording)


BEFORE_AFTER = ("before", "after")


def report(
    estimated: Estimated | Sequence[Estimated],
    path: str | Path,
    *,
    heading: str = "",
    note: str = "",
    labels: tuple[str, str] = BEFORE_AFTER,
    knee: KneeName = "flexion",
    overwrite: bool = False,
) -> Path:
    """Write the report of an estimate, or of two side by side: one HTML file that opens without a network, or a PDF.

    Parameters
    ----------
    estimated : what :func:`kinertia.estimate`, :func:`kinertia.solve` or :func:`kinertia.load` returned; or two of them, before
        and after, of two recordings or of two models.
    path : of the file; ``.pdf`` needs an installed browser that prints it.
    heading, note : who was measured, when, which visit; shoes, surface, complaints.
    labels : what two are called.
    knee : what is positive at the knee.
    overwrite : replace what is there, even if it is of something else.

    Raises
    ------
    RecordingError : something else is there, unless ``overwrite`` says so; never what was read.
    TypeError : what is given is no estimate.
    """
    shown = [estimated] if not isinstance(estimated, Sequence) else list(estimated)
    for one in shown:
        if not isinstance(one, Estimated):
            raise TypeError(f"{type(one).__name__} is no estimate; give what kinertia.estimate returned")
    if len(shown) == 1:
        return shown[0].report(path, heading=heading, note=note, knee=knee, overwrite=overwrite)
    if len(shown) != 2:
        raise ValueError(f"a report shows one estimate or two, not {len(shown)}")
    place, sources = Path(path), list(dict.fromkeys(one.recording.source or one.name for one in shown))
    read = inputs.of(*(one.recording.source or None for one in shown))
    guard = Outputs("kinertia report", read, " and ".join(sources), overwrite, "give another place", "overwrite=True")
    with guard.writing([place]):
        return results.report(place, [one._said(heading, note, knee, of) for one, of in zip(shown, labels, strict=True)])
