"""Values of different rankers on one scale."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def spread(values: NDArray[Any]) -> float:
    """The standard deviation, or infinity where all values are one: dividing by it then says nothing."""
    deviation = float(values.std())
    return deviation if deviation > 1e-9 * max(1.0, float(np.abs(values).max())) else float("inf")


def standardised(values: NDArray[Any]) -> NDArray[Any]:
    """How many standard deviations each value lies above the mean of the day; at least one value is needed."""
    return np.asarray((values - values.mean()) / spread(values))
