"""Nothing in the package holds for one system alone: no POSIX call without a guard, no text in a system's own encoding."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[1] / "src" / "kinertia"
POSIX_MODULES = {"crypt", "curses", "fcntl", "grp", "posix", "pty", "pwd", "readline", "resource", "syslog", "termios", "tty"}
POSIX_NAMES = {
    "os": {"chown", "fork", "forkpty", "getloadavg", "getpgid", "getpriority", "getuid", "kill", "killpg", "mkfifo", "nice"}
    | {"sched_getaffinity", "sched_setaffinity", "setpriority", "setsid", "statvfs", "symlink", "sysconf", "uname", "wait"},
    "signal": {"SIGALRM", "SIGCHLD", "SIGHUP", "SIGKILL", "SIGUSR1", "SIGUSR2", "alarm", "pause", "setitimer"},
    "socket": {"AF_UNIX", "SO_REUSEPORT"},
}
POSIX_METHODS = {"add_signal_handler", "symlink_to", "rename"}  # Path.rename refuses to replace on Windows
POSIX_PLACES = ("/tmp", "/proc", "/dev/", "/var/")
TEXT = ("read_text", "write_text", "open")


def problems(code: str) -> list[str]:
    """Each with its line."""
    tree = ast.parse(code)
    guarded = {
        ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == "hasattr"
    }
    return [f"{line}: {said}" for node in ast.walk(tree) for line, said in _problems(node, guarded)]


def _problems(node: ast.AST, guarded: set[str]) -> Iterator[tuple[int, str]]:
    match node:
        case ast.Import(names=names, lineno=line):
            yield from ((line, alias.name) for alias in names if alias.name in POSIX_MODULES)
        case ast.ImportFrom(module=str(module), lineno=line) if module in POSIX_MODULES:
            yield line, module
        case ast.Attribute(value=ast.Name(id=owner), attr=name, lineno=line) if name in POSIX_NAMES.get(owner, ()):
            if f"hasattr({owner}, {name!r})" not in guarded:
                yield line, f"{owner}.{name}"
        case ast.Constant(value=str(text), lineno=line) if text.startswith(POSIX_PLACES):
            yield line, text
        case ast.Call(func=ast.Attribute(attr=name), lineno=line) if name in POSIX_METHODS:
            yield line, name
        case ast.Call(func=ast.Attribute(value=value, attr=name), lineno=line) if name in TEXT:
            # os.open has flags, browsers, pages and archives have an open of their own
            if ast.unparse(value) not in ("os", "webbrowser", "archive") and _text_without_encoding(node, name):
                yield line, f"{name} without encoding"
        case ast.Call(func=ast.Name(id="open"), lineno=line) if _text_without_encoding(node, "open"):
            yield line, "open without encoding"


def _text_without_encoding(call: ast.Call, name: str) -> bool:
    mode = next((a.value for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, str)), "")
    binary = name == "open" and "b" in mode
    return not binary and all(keyword.arg != "encoding" for keyword in call.keywords)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import fcntl", ["1: fcntl"]),
        ("os.kill(pid, signal.SIGKILL)", ["1: os.kill", "1: signal.SIGKILL"]),
        ("if hasattr(os, 'setpriority'):\n    os.setpriority(0, 1, 2)", []),
        ("path.read_text()", ["1: read_text without encoding"]),
        ("path.open('rb'), path.open('w', encoding='utf-8'), os.open(name, flags)", []),
        ("part.rename(whole)", ["1: rename"]),
        ("Path('/tmp/x')", ["1: /tmp/x"]),
    ],
)
def test_what_is_found(code: str, said: list[str]) -> None:
    assert sorted(problems(code)) == said


def test_package_is_portable() -> None:
    found = [
        f"{path.relative_to(SOURCE)}:{said}" for path in SOURCE.rglob("*.py") for said in problems(path.read_text("utf-8"))
    ]
    assert found == []


def test_names_of_files_suit_every_system() -> None:
    for path in SOURCE.rglob("*"):
        assert not set('<>:"\\|?*') & set(path.name), path
        assert path.stem.lower() not in ("aux", "con", "nul", "prn"), path


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_output_where_characters_are_missing(encoding: str) -> None:
    """As in a pipe on Windows."""
    code = "import kinertia.cli.main as m; m._run = lambda words: print('5…9 ± 1 m², \u22121 \u2192'); m.main(['x'])"
    environment = os.environ | {"PYTHONIOENCODING": encoding}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=True)
    assert done.stdout.decode(encoding).strip() == {"ascii": "5...9 +- 1 m2, -1 ?", "cp1252": "5…9 ± 1 m², -1 ?"}[encoding]
