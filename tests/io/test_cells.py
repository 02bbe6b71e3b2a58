"""Numbers from text cells, without a reader of tables."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinertia.io import layout, text
from kinertia.recording.errors import RecordingError

numbers = st.floats(allow_nan=False, allow_infinity=False)
missing = st.sampled_from([*text.MISSING, "NaN", "NA", " ", "inf", "-Infinity", " null "])
words = st.sampled_from(["abc", "1_000", "1,5", "--1", "0x10", "٣", "1e", "true", '"1"', "1 2"])


@given(
    table=st.lists(st.tuples(numbers | missing, numbers | missing, numbers), min_size=1, max_size=20),
    separator=st.sampled_from(",;\t"),
)
@settings(max_examples=100, deadline=None)
def test_numbers_come_back_exactly(table: list[tuple[float | str, ...]], separator: str) -> None:
    if separator == ",":
        table = [tuple("" if isinstance(c, str) and "," in c else c for c in row) for row in table]
    rows = [separator.join(c if isinstance(c, str) else repr(c) for c in row) for row in table]
    values, wrong = text.to_numbers(rows, separator, 3)
    assert not wrong
    np.testing.assert_array_equal(values, [[np.nan if isinstance(c, str) else c for c in row] for row in table])


@given(word=words, row=st.integers(0, 9000), seed=st.integers(0, 100))
@settings(max_examples=20, deadline=None)
def test_a_word_is_named_wherever_it_stands(word: str, row: int, seed: int) -> None:
    values = np.random.default_rng(seed).normal(size=(9001, 2)).tolist()
    rows = [f"{a};{b};" for a, b in values]
    rows[row] = f"1;{word};"
    rows.append(f"2;{word}s;later")
    found, wrong = text.to_numbers(rows, ";", 3)
    assert wrong == {1: (row, word), 2: (9001, "later")}
    np.testing.assert_array_equal(found[:row, 0], [a for a, _ in values[:row]])


def test_one_column_may_have_blank_rows() -> None:
    values, wrong = text.to_numbers(["1", "", "3"], ",", 1)
    np.testing.assert_array_equal(values[:, 0], [1, np.nan, 3])
    assert not wrong


def test_other_columns_of_text_do_no_harm() -> None:
    table = layout.read("time,note,acc\n0,start,1.5\n1,,2.5\n", file="walk.csv", separator=",")
    assert table.numbers("acc").tolist() == [1.5, 2.5]
    with pytest.raises(RecordingError, match=r"line 2: 'start' is not a number") as error:
        table.numbers("note")
    assert error.value.sample == 0
