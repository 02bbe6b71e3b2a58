"""The Lab Streaming Layer library itself."""

from __future__ import annotations

import os
from pathlib import Path

import pylsl

QUIET = "[log]\nlevel = -3\n"
PLACES = ("lsl_api.cfg", "~/lsl_api/lsl_api.cfg", "/etc/lsl_api/lsl_api.cfg")


def quieten() -> None:
    """Keep the library from writing to the terminal, unless the user has a configuration file, which then holds as it is.

    To be called before anything else of the library is used.
    """
    if "LSLAPICFG" not in os.environ and not any(Path(place).expanduser().is_file() for place in PLACES):
        pylsl.set_config_content(QUIET)
