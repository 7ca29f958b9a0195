"""Two of numpy's functions without numpy.ma, which these load at their first use: 7 ms of a command that ranks once."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def union(*arrays: NDArray[Any]) -> NDArray[Any]:
    """The numbers of all arrays, each once, rising: numpy.union1d, or numpy.unique of a single array."""
    return np.unique(np.concatenate(arrays), return_counts=True)[0]  # without counts, it asks whether they are masked


def quantile(numbers: NDArray[Any], share: float) -> float:
    """The number that this share of the numbers, at least one, lies below; between two, as numpy.quantile has it."""
    return float(np.interp(share * (len(numbers) - 1), np.arange(len(numbers)), np.sort(numbers)))
