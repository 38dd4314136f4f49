"""The facts of a day in two strings of bytes: values in order, and the number of each one's group."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.int64]
Codes = NDArray[np.uint32]
VALUE, CODE = np.dtype("<i8"), np.dtype("<u4")  # the same bytes on every machine


def pack(values: Sequence[int], codes: Sequence[int]) -> tuple[bytes, bytes]:
    """Both as bytes."""
    return np.asarray(values, VALUE).tobytes(), np.asarray(codes, CODE).tobytes()


def values_of(packed: bytes) -> Values:
    """The values, without a copy."""
    return np.frombuffer(packed, VALUE)


def codes_of(groups: bytes) -> Codes:
    """The numbers of the groups, without a copy."""
    return np.frombuffer(groups, CODE)
