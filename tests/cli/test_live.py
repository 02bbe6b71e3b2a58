"""``kinertia live`` as its own program."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from shell import Shell
from websockets.sync.client import connect

from kinertia.io import stream_log


def test_live_serves_until_it_is_interrupted(tmp_path: Path) -> None:
    code = "from kinertia.cli.main import main; main()"
    options = ["live", "--source", "synthetic", "--synthetic.aligned", "--synthetic.speed", "4", "--port", "0"]
    with subprocess.Popen(
        [sys.executable, "-c", code, *options, "--record", str(tmp_path / "walk.kinlog")], stderr=subprocess.PIPE, text=True
    ) as running:
        try:
            assert running.stderr
            line = running.stderr.readline()
            found = re.search(r"http://127\.0\.0\.1:(\d+)/ ", line)
            assert found, line
            with connect(f"ws://127.0.0.1:{found[1]}/socket", max_size=None) as viewer:
                hello = json.loads(viewer.recv(timeout=30))
                assert hello["type"] == "hello"
                frames = 0
                while frames < 20:
                    frames += isinstance(viewer.recv(timeout=30), bytes)
        finally:
            running.send_signal(signal.SIGINT)
        assert running.wait(30) == 0
    log = stream_log.read(tmp_path / "walk.kinlog")
    assert log.ended
    assert log.samples > 20


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["live", "absent.csv"], "absent.csv"),
        (["live", "walk.csv", "--source", "synthetic"], "name one of them"),
        (["live", "--source", "lsl", "--lsl.timeout", "0.2"], "kinertia live --source synthetic"),
        (["live", "--source", "synthetic", "--port", "99999"], "port"),
    ],
)
def test_errors_are_one_line(kinertia: Shell, arguments: list[str], said: str) -> None:
    result = kinertia(*arguments)
    assert result.code == 2
    assert said in result.err
    assert "Traceback" not in result.err
