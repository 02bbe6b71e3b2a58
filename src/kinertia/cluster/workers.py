"""One function over many items: here, in processes of this machine or on Ray, with the same results in the same order."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

from kinertia.io import extra

LOCAL = "local"
RETRIES = 20
"""Of an item whose worker was killed: none is given up by chance (with a worker killed every 30 s and items of a second, one of
10^8 is hit five times), and one that itself kills its worker is given up."""
AHEAD = 4  # items handed out for each core of a cluster: enough that none waits, and few enough to hand out millions
Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Workers:
    """Where work on many recordings is done."""

    jobs: int = 1
    """Processes of this machine to use."""
    cluster: str | None = None
    """Address of a Ray cluster to use instead, or `local` for one that is started on this machine; see docs/cluster.md."""

    def __post_init__(self) -> None:
        if self.jobs < 1:
            raise ValueError(f"at least one process is needed, got {self.jobs}")

    @property
    def here(self) -> bool:
        """Whether work is done in this process."""
        return self.jobs == 1 and self.cluster is None


def each(
    work: Callable[[Item], Result],
    items: Sequence[Item],
    workers: Workers,
    lost: Callable[[Item, str], Result] | None = None,
) -> Iterator[Result]:
    """Results of ``work`` in the order of the items.

    Work of an item is done again where its worker was killed on a cluster, so what it writes must be whole at every instant,
    and what is there already must not be made twice (:func:`kinertia.cluster.kept.kept`).

    Parameters
    ----------
    work : a function of a module, or a partial one, that can be pickled; items and results can be too.
    items : what it is called with.
    workers : where.
    lost : gives what stands in place of the result of an item whose worker died again and again, from item and reason.

    Raises
    ------
    ModuleNotFoundError : a cluster is asked for and ray is not installed.
    ValueError : there is no cluster at the address; without ``lost``, an item's worker died again and again.
    Whatever ``work`` raises, at the item where it does.
    """
    if workers.cluster is not None:
        yield from _on_ray(work, items, workers, lost or _refuse)
    elif workers.here or len(items) < 2:
        yield from map(work, items)
    else:
        with ProcessPoolExecutor(min(workers.jobs, len(items)), get_context("spawn")) as pool:
            try:
                yield from pool.map(work, items)
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise


def _on_ray(
    work: Callable[[Item], Result], items: Sequence[Item], workers: Workers, lost: Callable[[Item, str], Result]
) -> Iterator[Result]:
    ray = _connected(workers)
    folder = Path.cwd()

    def there(item: Item) -> Result:
        os.chdir(folder)  # paths may be relative to it
        return work(item)

    remote = ray.remote(num_cpus=1, max_retries=RETRIES)(there)
    died = ray.exceptions.WorkerCrashedError, ray.exceptions.NodeDiedError, ray.exceptions.OutOfMemoryError
    ahead = AHEAD * max(1, int(ray.cluster_resources().get("CPU", 1)))
    waiting, running, found = iter(enumerate(items)), dict[Any, int](), dict[int, Result]()
    try:
        for wanted in range(len(items)):
            while wanted not in found:
                for at, item in islice(waiting, ahead - len(running)):
                    running[remote.remote(item)] = at
                for done in ray.wait(list(running))[0]:
                    at = running.pop(done)
                    try:
                        found[at] = ray.get(done)
                    except died as error:
                        found[at] = lost(items[at], f"its worker died {RETRIES + 1} times ({type(error).__name__})")
            yield found.pop(wanted)
    finally:
        for handle in running:
            ray.cancel(handle, force=True)
        if workers.cluster == LOCAL:
            ray.shutdown()


def _refuse(item: Any, reason: str) -> Any:
    raise ValueError(f"{item}: {reason}")


def _connected(workers: Workers) -> Any:
    """The library, with a connection; one that is there already is used."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # it reports to its makers otherwise
    ray = extra.cluster_library()
    if not ray.is_initialized():
        started = {"num_cpus": workers.jobs if workers.jobs > 1 else None, "include_dashboard": False}
        where = started if workers.cluster == LOCAL else {"address": workers.cluster}
        try:
            ray.init(log_to_driver=False, logging_level="error", **where)
        except ConnectionError as error:
            fix = f"start one there with `ray start --head`, or give --cluster {LOCAL}"
            raise ValueError(f"no Ray cluster answers at {workers.cluster}. Fix: {fix}") from error
    return ray
