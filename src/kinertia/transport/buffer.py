"""A queue between two threads that never grows beyond its size."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Buffer(Generic[Item]):
    """First in, first out, safe between threads.

    Parameters
    ----------
    capacity : most items that wait at any time.
    """

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self._items: deque[Item] = deque()
        self._changed = threading.Condition()
        self._closed = False
        self._dropped = 0

    def __len__(self) -> int:
        return len(self._items)

    @property
    def dropped(self) -> int:
        """How many items made room for newer ones before anybody took them."""
        return self._dropped

    def put(self, item: Item) -> None:
        """Add an item; when full, the oldest one is dropped and counted."""
        with self._changed:
            if len(self._items) >= self.capacity:
                self._items.popleft()
                self._dropped += 1
            self._items.append(item)
            self._changed.notify_all()

    def put_waiting(self, item: Item) -> bool:
        """Add an item as soon as there is room; False when the buffer was closed meanwhile."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or len(self._items) < self.capacity)
            if self._closed:
                return False
            self._items.append(item)
            self._changed.notify_all()
            return True

    def take(self, timeout_s: float) -> list[Item]:
        """Everything that waits, oldest first; empty when nothing comes within the time or the buffer is closed and empty."""
        until = time.monotonic() + timeout_s
        with self._changed:
            while not self._items and not self._closed:
                left = until - time.monotonic()
                if left <= 0 or not self._changed.wait(left):
                    break
            items = list(self._items)
            self._items.clear()
            if items:
                self._changed.notify_all()
            return items

    def close(self) -> None:
        """Wake everybody who waits. What is inside can still be taken."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
