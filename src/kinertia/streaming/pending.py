"""Grid points that are being put together from several streams."""

from __future__ import annotations

import numpy as np

from kinertia.recording import Array


class Pending:
    """Room for the grid points from the one that comes out next on; every stream fills every one of them, in order.

    Parameters
    ----------
    sensors : K sensors of the session.
    capacity : how many grid points a stream may be ahead; made a power of two.

    Attributes
    ----------
    head : the grid point that comes out next.
    rows : (K, 6) memory of a grid point at ``index & mask``.
    """

    __slots__ = ("_held", "capacity", "head", "mask", "rows")

    def __init__(self, sensors: int, capacity: int) -> None:
        self.capacity = 1 << (capacity - 1).bit_length()
        self.mask = self.capacity - 1
        self.rows = tuple(np.full((self.capacity, sensors, 6), np.nan))
        self.head = 0
        self._held: dict[int, np.ndarray] = {}

    def note_held(self, index: int, where: slice | np.ndarray, held: np.ndarray) -> None:
        """Note which of a stream's sensors were not there at a grid point, so that an older value stands in."""
        if held.any():
            flags = self._held.setdefault(index, np.zeros(len(self.rows[0]), dtype=bool))
            flags[where] = held
        elif index in self._held:
            self._held[index][where] = False

    def take(self) -> tuple[Array, np.ndarray | None]:
        """(K, 6) the next grid point, NaN where missing, and (K,) which sensors are held, if any; valid until the next call."""
        index = self.head
        self.head = index + 1
        held = self._held.pop(index, None) if self._held else None
        return self.rows[index & self.mask], held

    def skip_to(self, index: int) -> None:
        """Go on at another grid point; what was there is dropped."""
        self.head = index
        self._held.clear()
