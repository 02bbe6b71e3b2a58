"""A page as PDF, printed by a browser that is installed: A4, as its style sheet for print says."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from kinertia.io.files import replacing
from kinertia.recording import RecordingError

BROWSERS = (  # commands of browsers that print without a window
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"),
    *("microsoft-edge", "microsoft-edge-stable", "msedge", "brave-browser", "brave"),
)
PLACES = (  # where macOS and Windows keep them, off the path
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
    r"C:\Program Files\Microsoft\Edge\Application\msedge.exe",
)
SECONDS = 60.0  # printing takes about 2 s; a browser that takes longer hangs


def browser() -> str:
    """Path of an installed browser that can print; RecordingError: there is none."""
    program = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    program = program or next((place for place in PLACES if Path(place).is_file()), None)
    if program is None:
        fix = "open the HTML report in any browser and print it to a PDF, or leave --pdf out"
        raise RecordingError("a PDF needs Chromium, Chrome, Edge or Brave, and none is installed", fix=fix)
    return program


def write(path: Path, page: Path) -> Path:
    """Print an HTML file to a PDF; returns its path. RecordingError: no browser is installed, or it does not print."""
    program = browser()
    # as root, as in containers, these browsers start without their sandbox only; the page is this program's own
    root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with replacing(path) as temporary, tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [program, "--headless", "--disable-gpu", *root, f"--user-data-dir={profile}", "--no-pdf-header-footer"]
        command += [f"--print-to-pdf={temporary.resolve()}", page.resolve().as_uri()]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
            said = (done.stderr.strip().splitlines() or ["no message"])[-1]
        except (OSError, subprocess.TimeoutExpired) as error:
            said = str(error)
        if temporary.read_bytes()[:5] != b"%PDF-":
            fix = "print the HTML report to a PDF by hand"
            raise RecordingError(f"{program} printed nothing ({said})", file=str(page), fix=fix)
    return path
