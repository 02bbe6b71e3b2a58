"""Options of commands that write a report: how it is shown, and what the user says of the recording."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import tyro

from kinertia.estimation.convention import Knee
from kinertia.io.stored import Session


@dataclass(frozen=True)
class Presenting:
    """How results are shown."""

    knee: Annotated[Knee, tyro.conf.EnumChoicesFromValues] = Knee.FLEXION
    """Sign of knees in report and table: flexion positive, or as in OpenSim; .mot and .sto are always OpenSim's."""
    session: Annotated[str, tyro.conf.arg(metavar="TEXT")] = ""
    """Heading of the report: who, when, which visit."""
    note: Annotated[str, tyro.conf.arg(metavar="TEXT")] = ""
    """Notes for the report: shoes, surface, complaints."""
    pdf: bool = False
    """Print the report to a PDF as well, with a browser that is installed."""

    @property
    def said(self) -> Session:
        return Session(self.session, self.note)


AS_USUAL = Presenting()
Shown = Annotated[Presenting, tyro.conf.arg(name="")]
