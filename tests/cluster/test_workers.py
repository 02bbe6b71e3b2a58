"""Work on items in processes and on Ray: the same results in the same order, whatever is killed; what is done stays done."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from kinertia.cluster.kept import Json, kept, mark
from kinertia.cluster.workers import Workers, each
from kinertia.io import extra


def _squared(number: int) -> int:
    return number * number


def _refused(number: int) -> int:
    raise ValueError(f"{number} is refused")


@pytest.mark.parametrize("workers", [Workers(), Workers(2)])
def test_results_come_in_the_order_of_items(workers: Workers) -> None:
    assert list(each(_squared, range(5), workers)) == [0, 1, 4, 9, 16]
    with pytest.raises(ValueError, match="0 is refused"):
        list(each(_refused, range(3), workers))


def test_what_is_kept_is_made_once_until_something_changes(tmp_path: Path) -> None:
    made: list[str] = []

    def make(what: str) -> Callable[[], Json]:
        return lambda: made.append(what) or {"what": what}

    source, file = tmp_path / "walk.csv", tmp_path / "out" / "walk.json"
    source.write_text("1")
    first = mark([source], "options")
    assert kept(file, first, make("a")) == kept(file, first, make("b")) == {"what": "a"}
    source.write_text("12")
    assert kept(file, mark([source], "options"), make("c")) == {"what": "c"}
    file.write_text("{")
    assert kept(file, first, make("d")) == {"what": "d"}
    assert made == ["a", "c", "d"]


def test_without_ray_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> None:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    monkeypatch.setattr(extra, "import_module", absent)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'kinertia\[cluster\]'"):
        next(each(_squared, [1], Workers(cluster="local")))


def _once_killed(number: int, folder: Path) -> int:
    """Dies at its first try of every second number, after all is written and before anybody is told."""

    def make() -> Json:
        with (folder / f"{number}.txt").open("a") as file:
            file.write("made\n")
        return {"number": number}

    tried = folder / f"{number}.tried"
    result = kept(folder / f"{number}.json", "mark", make)["number"]
    if number % 2 and not tried.exists():
        tried.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return result


@pytest.mark.skipif(not extra.available("ray"), reason="needs kinertia[cluster]")
def test_killed_workers_lose_and_repeat_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = str(Path(__file__).parent)  # where workers find this module
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, (here, os.environ.get("PYTHONPATH")))))
    assert list(each(partial(_once_killed, folder=tmp_path), range(6), Workers(2, "local"))) == list(range(6))
    assert [(tmp_path / f"{number}.txt").read_text() for number in range(6)] == 6 * ["made\n"]
