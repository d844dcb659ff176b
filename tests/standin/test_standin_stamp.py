"""The picture stamp is read, and nothing is read where there is none."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from standin.stamp import read_stamp


def stamped(number: int) -> npt.NDArray[np.uint8]:
    luma = np.full((720, 1280), 50, np.uint8)
    check = 0
    for shift in range(0, 32, 4):
        check ^= number >> shift & 15
    bits = f"1010{number:032b}{check:04b}"
    for index, bit in enumerate(bits):
        luma[712:720, 16 + 8 * index : 24 + 8 * index] = 100 if bit == "1" else 20
    return luma


@given(st.integers(0, 2**32 - 1))
def test_any_number(number: int) -> None:
    assert read_stamp(stamped(number)) == number


@pytest.mark.parametrize("step", [2])
def test_a_smaller_picture(step: int) -> None:
    assert read_stamp(stamped(123_456)[::step, ::step]) == 123_456


def test_a_wrong_check_is_refused() -> None:
    luma = stamped(8)
    luma[712:720, 16 + 8 * 35 : 24 + 8 * 35] = 100
    assert read_stamp(luma) is None


@pytest.mark.parametrize("shape", [(720, 1280), (90, 160), (4, 4)])
def test_a_picture_without_a_stamp(shape: tuple[int, int]) -> None:
    assert read_stamp(np.full(shape, 50, np.uint8)) is None
