"""``import kinertia as ki``: what it offers, what it costs, and what it says."""

from __future__ import annotations

import subprocess
import sys

import pytest

import kinertia as ki
from kinertia.io import extra

HEAVY = ("numpy", "torch", "scipy", "polars", "pandas", "matplotlib")


@pytest.fixture(scope="module")
def walked() -> ki.Estimated:
    return ki.estimate(ki.example(20.0))


def test_importing_takes_no_time() -> None:
    code = f"import kinertia, sys; print([name for name in {HEAVY} if name in sys.modules], 'estimate' in dir(kinertia))"
    done = subprocess.run([sys.executable, "-X", "importtime", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[] True"
    microseconds = int(done.stderr.strip().splitlines()[-1].split("|")[1])
    assert microseconds < 300_000


def test_every_name_is_there() -> None:
    for name in ki.__all__:
        assert getattr(ki, name) is getattr(ki, name)
    with pytest.raises(AttributeError, match="no attribute 'estimates'"):
        _ = ki.estimates  # pyright: ignore[reportAttributeAccessIssue]


def test_shows_itself(walked: ki.Estimated) -> None:
    said = repr(walked).splitlines()
    assert 2 <= len(said) <= 5
    assert said[0] == "Estimate of 'walk': 20 s at 100 Hz, sspinnpose"
    assert "speed 1.3" in said[1]
    assert walked.verdict.headline in said[2]
    assert walked.verdict.headline in walked._repr_html_()
    assert 2 <= len(repr(walked.recording).splitlines()) <= 5


def test_frames(walked: ki.Estimated) -> None:
    pandas, polars = walked.frame(), walked.frame(backend="polars")
    assert (type(pandas).__module__.split(".")[0], type(polars).__module__.split(".")[0]) == ("pandas", "polars")
    assert list(pandas.columns) == list(polars.columns)
    assert pandas["knee_flexion_r [deg]"].max() > 40.0
    assert walked.frame(knee="opensim")["knee_angle_r [deg]"].min() < -40.0
    strides = walked.strides()
    assert len(strides) == walked.summary()["strides"]
    assert strides["stride_time_s"].mean() == pytest.approx(1.12, abs=0.03)


def test_what_is_not_installed_is_said(walked: ki.Estimated, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extra, "available", lambda name: False)
    for call in (walked.frame, walked.strides, walked.plot):
        with pytest.raises(ModuleNotFoundError, match=r"pip install 'kinertia\[notebook\]'"):
            call()
