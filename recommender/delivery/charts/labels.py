"""Labels that do not overlap: each at the free place nearest to what it names, rather where few dots are."""

from collections.abc import Iterator, Sequence
from itertools import accumulate
from math import cos, pi, sin
from typing import NamedTuple

_CELL = 8  # pixels: dots are counted in squares of this side
_STEP = 10  # pixels between two distances that are tried ...
_DIRECTIONS = 16  # ... in so many directions
_PER_DOT = 4.0  # a label rather moves so many pixels than covers one dot more


class Box(NamedTuple):
    """A rectangle, in pixels."""

    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: "Box") -> bool:
        """Whether they share more than an edge."""
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )

    def contains(self, other: "Box") -> bool:
        """Whether the other box lies inside."""
        return (
            self.left <= other.left
            and other.right <= self.right
            and self.top <= other.top
            and other.bottom <= self.bottom
        )


class Label(NamedTuple):
    """What is to be written, and where its subject is."""

    x: float
    y: float
    width: float
    height: float
    reach: float  # how far from its subject it may be ...
    clear: float = 0  # ... and how far at least: 0 may cover it


def place(labels: Sequence[Label], dots: Sequence[tuple[float, float]], area: Box) -> list[Box | None]:
    """The place of each label, those that come first choosing first; None where none within its reach is free."""
    crowd = _Crowd(dots, area)
    placed: list[Box] = []
    boxes: list[Box | None] = []
    for label in labels:
        best, least = None, float("inf")
        for distance, box in _candidates(label):
            if distance >= least:  # those that follow are farther still
                break
            if area.contains(box) and not any(box.overlaps(other) for other in placed):
                cost = distance + _PER_DOT * crowd.within(box)
                if cost < least:
                    best, least = box, cost
        boxes.append(best)
        placed += [best] if best else []
    return boxes


def _candidates(label: Label) -> Iterator[tuple[float, Box]]:
    """Boxes and how far they are, nearest first: in rings around the subject."""
    half = label.width / 2
    for ring in range(int((label.reach - label.clear) / _STEP) + 1):
        distance = label.clear + ring * _STEP
        for direction in range(_DIRECTIONS if distance else 1):
            angle = 2 * pi * direction / _DIRECTIONS
            # Above or below, half a height is enough to be clear of the subject; beside it, half a width.
            x = label.x + (distance + half * bool(distance) * abs(cos(angle))) * cos(angle)
            y = label.y + distance * sin(angle)
            yield distance, Box(x - half, y - label.height / 2, x + half, y + label.height / 2)


class _Crowd:
    """How many dots lie in a box, about: by a table of sums over squares (Crow, 1984)."""

    def __init__(self, dots: Sequence[tuple[float, float]], area: Box) -> None:
        self._area = area
        columns = int((area.right - area.left) / _CELL) + 2
        rows = int((area.bottom - area.top) / _CELL) + 2
        counts = [[0] * columns for _ in range(rows)]
        for x, y in dots:
            if area.contains(Box(x, y, x, y)):
                counts[int((y - area.top) / _CELL)][int((x - area.left) / _CELL)] += 1
        table = [[0] * (columns + 1)]
        for row in counts:
            sums = accumulate(row, initial=0)
            table.append([above + here for above, here in zip(table[-1], sums, strict=True)])
        self._table = table

    def within(self, box: Box) -> int:
        """The dots in all squares that the box, which lies in the area, touches."""
        left, right = (int((x - self._area.left) / _CELL) for x in (box.left, box.right))
        top, bottom = (int((y - self._area.top) / _CELL) for y in (box.top, box.bottom))
        table = self._table
        return table[bottom + 1][right + 1] - table[top][right + 1] - table[bottom + 1][left] + table[top][left]
