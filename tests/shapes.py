"""Shapes that docstrings state, checked at each call: one letter is one size throughout a call.

``force : (..., P, D) ground reaction`` says it of an argument or attribute, a ``Returns`` section or the summary line of
the result. Where several shapes are stated, one has to fit. ``...`` is any batch. A body's sizes are those of its skeleton.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import is_dataclass
from functools import cache, wraps
from types import ModuleType
from typing import Any

from torch import Tensor

from kinertia.bodies import Body

_SHAPE = re.compile(r"\((\.\.\.(?:, [^(),]+)*)\)")
_ENTRY = re.compile(r"^(\w+(?:, \w+)*) : (.+(?:\n {4,}.+)*)", re.MULTILINE)
BODY = "SnPD"
"""Segments, coordinates, contact points and dimensions, as docstrings call them."""
Shapes = tuple[tuple[str, ...], ...]


def check(*modules: ModuleType) -> None:
    """Check every public function of modules from now on."""
    for module in modules:
        for name, function in list(vars(module).items()):
            if inspect.isfunction(function) and function.__module__ == module.__name__ and not name.startswith("_"):
                setattr(module, name, checked(function))


def checked(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function whose arguments and result have the shapes that its docstring states."""
    signature = inspect.signature(function)
    stated, result = _entries(function), _result(function)

    @wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        given = signature.bind(*args, **kwargs).arguments
        sizes: dict[str, int] = {}
        for value in given.values():
            if isinstance(value, Body):
                skeleton = value.skeleton
                counts = (skeleton.segments, skeleton.coordinates, skeleton.contacts)
                sizes |= dict(zip(BODY, (*map(len, counts), 2 if skeleton.planar else 3), strict=True))
        found = function(*args, **kwargs)  # first, as it refuses what it cannot take in words of its own
        for name, value in given.items():
            _require(value, stated.get(name, ()), sizes, f"{function.__qualname__}({name})")
        _require(found, result, sizes, f"what {function.__qualname__} returns")
        return found

    return call


def _require(value: Any, shapes: Shapes, sizes: dict[str, int], what: str) -> None:
    if isinstance(value, tuple):
        for part in value:
            _require(part, shapes, sizes, what)
    elif isinstance(value, Tensor) and shapes:
        fits = next((found for shape in shapes if (found := _bound(tuple(value.shape), shape, sizes)) is not None), None)
        words = " or ".join(f"({', '.join(shape)})" for shape in shapes)
        assert fits is not None, f"{what}: the docstring says {words} with {sizes}, its shape is {tuple(value.shape)}"
        sizes |= fits
    elif is_dataclass(value):
        own = {name: size for name, size in sizes.items() if name in BODY}  # other letters are those of its own docstring
        for name, stated in _entries(type(value)).items():
            _require(getattr(value, name, None), stated, own, f"{what}.{name}")


def _bound(shape: tuple[int, ...], stated: tuple[str, ...], sizes: Mapping[str, int]) -> dict[str, int] | None:
    """Sizes with those that this shape adds; None where it does not fit."""
    _, *names = stated
    found = dict(sizes)
    if len(shape) < len(names):
        return None
    for size, name in zip(shape[len(shape) - len(names) :], names, strict=True):
        known = int(name) if name.isdigit() else found.setdefault(name, size) if name.isidentifier() else size
        if size not in (known, 1):  # 1 is broadcast
            return None
    return found


@cache
def _entries(owner: Callable[..., Any]) -> dict[str, Shapes]:
    """Argument or attribute to the shapes that it may have."""
    entries = _ENTRY.findall(inspect.getdoc(owner) or "")
    return {name: _shapes(text) for names, text in entries for name in names.split(", ")}


def _result(function: Callable[..., Any]) -> Shapes:
    page = inspect.getdoc(function) or ""
    section = re.search(r"Returns\n-+\n(.+?)(?:\n\n|$)", page, re.DOTALL)
    return _shapes(section[1] if section else page.partition("\n")[0])


def _shapes(text: str) -> Shapes:
    return tuple(tuple(_sizes(shape)) for shape in _SHAPE.findall(text))


def _sizes(shape: str) -> Iterator[str]:
    yield from (part.strip() for part in shape.split(","))
