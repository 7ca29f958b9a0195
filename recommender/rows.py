"""What the API gives as flat rows: for a table, a CSV file, or `pandas.DataFrame(records(...))`."""

from collections.abc import Iterable
from enum import Enum
from typing import Any

from recommender.paper import Score


def records(entries: Iterable[tuple[Any, ...]]) -> list[dict[str, object]]:
    """One dictionary for each named tuple that the API gives: ratings, items of a list, entries of a library, moves.

    The fields of a paper stand beside the others, those of a score as `score`, `match` and `interval`. Words stand for
    enumerations ("like"); days, moments and tuples stay what they are.
    """
    return [_flat(entry) for entry in entries]


def _flat(entry: tuple[Any, ...]) -> dict[str, object]:
    row: dict[str, object] = {}
    for name, value in entry._asdict().items():  # type: ignore[attr-defined]
        if isinstance(value, Score):
            row |= {"score": value.value, "match": value.match, "interval": value.interval}
        elif isinstance(value, tuple) and hasattr(value, "_asdict"):
            row |= _flat(value)
        else:
            row[name] = value.value if isinstance(value, Enum) else value
    return row
