"""The Lab Streaming Layer library itself."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import pylsl

QUIET = "[log]\nlevel = -3\n"
PLACES = ("lsl_api.cfg", "~/lsl_api/lsl_api.cfg", "/etc/lsl_api/lsl_api.cfg")


def quieten() -> None:
    """Keep the library from writing to the terminal, unless the user has a configuration file, which then holds as it is.

    To be called before anything else of the library is used.
    """
    configured = "LSLAPICFG" in os.environ or any(Path(place).expanduser().is_file() for place in PLACES)
    tell = getattr(pylsl, "set_config_content", None)  # older libraries have no such function and keep talking
    if not configured and tell is not None:
        with suppress(NotImplementedError):
            tell(QUIET)
