"""Gait events from vertical ground reaction."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from kinertia.recording import Array

CONTACT_BW = 0.05  # usual limit of a force plate's contact
SHORTEST_S = 0.08  # contacts and flights of runners last longer


def contact_intervals(vertical_bw: Array, rate_hz: float, periodic: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Samples at which contact of one foot starts and ends, from (T,) vertical ground reaction [BW].

    Contacts and flights shorter than 0.08 s are ignored; of a ``periodic`` one the first sample follows the last.
    """
    shortest = max(round(SHORTEST_S * rate_hz), 1)
    contact = vertical_bw > CONTACT_BW
    if contact.all() or not contact.any():
        return np.array([], dtype=int), np.array([], dtype=int)
    length = len(contact)
    if periodic:
        contact = np.tile(contact, 3)
    for value in (False, True):
        edges = np.flatnonzero(np.diff(contact.astype(int))) + 1
        bounds = np.concatenate([[0], edges, [len(contact)]])
        for start, stop in pairwise(bounds):
            if contact[start] == value and stop - start < shortest and start > 0 and stop < len(contact):
                contact[start:stop] = not value
    change = np.diff(contact.astype(int))
    strikes, offs = np.flatnonzero(change == 1) + 1, np.flatnonzero(change == -1) + 1
    if periodic:
        strikes, offs = (e[(e >= length) & (e < 2 * length)] - length for e in (strikes, offs))
    return strikes, offs


def from_grf(grf: dict[str, Array], rate_hz: float, periodic: bool = False) -> dict[str, np.ndarray]:
    """``heel_strike_r``, ``toe_off_r`` and the left ones, for every side with a vertical force."""
    result: dict[str, np.ndarray] = {}
    for side in ("r", "l"):
        if f"grf_y_{side}" in grf:
            strikes, offs = contact_intervals(grf[f"grf_y_{side}"], rate_hz, periodic)
            result[f"heel_strike_{side}"], result[f"toe_off_{side}"] = strikes, offs
    return result
