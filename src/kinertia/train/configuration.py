"""Configurations as files: frozen dataclasses, of any kind of training, as JSON."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from kinertia.io.files import replacing

T = TypeVar("T")


def encode(config: object) -> bytes:
    """A configuration as indented JSON."""
    return msgspec.json.format(msgspec.json.encode(config), indent=2) + b"\n"


def save(config: object, path: Path) -> None:
    """Write a configuration, unless the file says the same already."""
    if not path.is_file() or path.read_bytes() != encode(config):
        with replacing(path) as part:
            part.write_bytes(encode(config))


def load(path: Path, kind: type[T]) -> T:
    """Read a configuration; what it leaves out has its default.

    ValueError if the file is not a configuration of this kind; the message names file and field.
    """
    try:
        content = path.read_bytes()
        config = msgspec.json.decode(content, type=kind, strict=True)
    except (msgspec.DecodeError, UnicodeDecodeError, OSError) as error:
        raise ValueError(f"{path}: not a valid configuration: {error}") from error
    unknown = _unknown(msgspec.json.decode(content), msgspec.to_builtins(config))
    if unknown:
        raise ValueError(f"{path}: unknown field {', '.join(unknown)}; see the fields of a saved config.json")
    return config


def merge(base: T, given: T, default: T) -> T:
    """``given`` where it differs from ``default``, else ``base``; field by field."""
    if not is_dataclass(default):
        return base if given == default else given
    result = {f.name: merge(*(getattr(x, f.name) for x in (base, given, default))) for f in fields(default)}
    return type(default)(**result)


def _unknown(given: dict[str, Any], known: dict[str, Any], prefix: str = "") -> list[str]:
    """Dotted names of fields that the configuration has not: msgspec refuses them in its own types only."""
    result = [prefix + name for name in given if name not in known]
    for name, value in known.items():
        if isinstance(value, dict) and isinstance(given.get(name), dict):
            result += _unknown(given[name], value, f"{prefix}{name}.")
    return result
