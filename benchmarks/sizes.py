"""How much there is of everything in the benchmarks of waits. Imports nothing: what is measured must be larger."""

from typing import NamedTuple


class Sizes(NamedTuple):
    """How many papers there are of each kind."""

    library: int = 10_000
    likes: int = 500
    day: int = 1_000
