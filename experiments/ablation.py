"""What each part of the method contributes: leave one loss out, the other formulation, other network cells."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import get_args

import msgspec

from experiments import cycles, results
from experiments.learned import train_and_estimate, with_cell
from experiments.progress import ShowProgress, silent
from experiments.results import Json
from kinertia import __version__
from kinertia.bodies import SKELETONS
from kinertia.learning.config import Cell, Config, Formulation

FULL = "full"


@dataclass(frozen=True)
class Variant:
    """One row: what is changed against the full method, in words, and the configuration."""

    name: str
    change: str
    config: Config


def variants(config: Config) -> list[Variant]:
    """The full method, then everything that differs from it in one part.

    A term whose weight is zero, or that the configuration has no use for (``temporal`` with differentiated outputs,
    ``lumbar`` without a trunk), cannot be left out and has no row.
    """
    found = [Variant(FULL, "nothing", config)]
    idle = {name for name, weight in asdict(config.weights).items() if weight == 0.0}
    if config.network.formulation != "paper":
        idle.add("temporal")
    if "lumbar_extension" not in SKELETONS[config.body].coordinate_names:
        idle.add("lumbar")
    found += [
        Variant(name, f"no {name} loss", replace(config, weights=replace(config.weights, **{name: 0.0})))
        for name in asdict(config.weights)
        if name not in idle
    ]
    found += [
        Variant(name, f"{name} formulation", replace(config, network=replace(config.network, formulation=name)))
        for name in get_args(Formulation)
        if name != config.network.formulation
    ]
    found += [Variant(name, f"{name} cell", with_cell(config, name)) for name in get_args(Cell) if name != config.network.cell]
    return found


def choose(found: list[Variant], only: Iterable[str]) -> list[Variant]:
    """The full method and the named variants; all of them when none is named.

    Raises
    ------
    ValueError
        If a name is unknown; the message lists the known ones.
    """
    wanted = set(only)
    known = [v.name for v in found]
    unknown = sorted(wanted - set(known))
    if unknown:
        raise ValueError(f"no such variant: {', '.join(unknown)}; choose from {', '.join(known)}")
    return [v for v in found if not wanted or v.name == FULL or v.name in wanted]


def finished_rows_file(path: Path) -> Path:
    """The file beside ``path`` in which finished rows are kept."""
    return path.with_name(f"{path.stem}.rows.json")


def run(
    folder: Path,
    config: Config,
    only: Iterable[str] = (),
    *,
    keep: Path | None = None,
    show: Callable[[Variant], ShowProgress] = lambda _: silent,
) -> Json:
    """Train, estimate and score every variant on averaged gait cycles, without labels.

    Parameters
    ----------
    folder : CSV + JSON pairs, one per averaged gait cycle.
    config : the full method.
    only : names of variants; all when empty. The full method is always there to compare with.
    keep : file for finished rows. Rows in it that were made with the same data, configuration and version are not made again.
    show : given a variant, what shows the progress of its training.

    Returns
    -------
    dict with ``rows`` (each with ``variant``, ``change``, ``mean``, ``mean_synced``, ``trials``, ``seconds``), ``config`` and
    ``conditions``.

    Raises
    ------
    ValueError
        If a variant is unknown or ``keep`` is not a file of this command.
    RecordingError
        If a recording cannot be used.
    """
    chosen = choose(variants(config), only)
    data = _digest_of_folder(folder)
    rows = _read_rows(keep)
    for variant in chosen:
        key = _digest(data, variant.config)
        if rows.get(variant.name, {}).get("digest") != key:
            train = partial(train_and_estimate, config=variant.config, method=variant.name, show=show(variant))
            scored = cycles.run(folder, train, variant.name).results
            rows[variant.name] = {"variant": variant.name, "change": variant.change, "digest": key} | {
                k: scored[k] for k in ("mean", "mean_synced", "trials", "seconds", "conditions")
            }
            if keep is not None:
                results.write(keep, {"rows": rows})
    conditions = rows[FULL]["conditions"]
    return {
        "rows": [{k: v for k, v in rows[v.name].items() if k not in ("digest", "conditions")} for v in chosen],
        "config": msgspec.to_builtins(config),
        "conditions": {k: conditions[k] for k in ("people", "trials", "signals")},
    }


def _digest_of_folder(folder: Path) -> bytes:
    digest = sha256()
    for path in sorted(p for p in folder.iterdir() if p.suffix in (".csv", ".json")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.digest()


def _digest(data: bytes, config: Config) -> str:
    return sha256(data + msgspec.json.encode(config) + __version__.encode()).hexdigest()[:16]


def _read_rows(path: Path | None) -> dict[str, Json]:
    if path is None or not path.exists():
        return {}
    try:
        rows = json.loads(path.read_text())["rows"]
        if not all("digest" in row for row in rows.values()):
            raise KeyError("digest")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{path}: not the finished rows of an ablation; delete it or choose another file") from error
    return rows
