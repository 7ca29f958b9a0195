"""The map: liked papers by topic, disliked ones, and the papers of the day's list among them."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from recommender.delivery import wording
from recommender.delivery.charts import drawing
from recommender.delivery.charts.drawing import Frame, Words, clean, escaped, hover
from recommender.delivery.charts.labels import Box, Label, place
from recommender.paper import Verdict
from recommender.results.pictures import CLEAR_RATED, LEAST_RATED, Dot, PaperMap
from recommender.text.short import counted

_ROOM = 55_500  # bytes of all dots and their titles: the map stays below 60 KB, whatever the titles are
_LONGEST, _SHORTEST = 150, 40  # bytes of a title; where there is less room, disliked papers have none
_MARGIN, _TOP, _LEGEND = 16.0, 44.0, 30.0
_MOST_NAME = 260.0  # pixels of a topic's name
_NUMBERED = 20  # best papers of the list that have their rank beside them
_UNLIKE = 0.2  # similarity to the nearest rated paper below which a paper is drawn paler: its place says little


def paper_map(profile: str, papers: PaperMap, frame: Frame = drawing.FILE) -> str:
    """The map as SVG, at most 60 KB for 600 rated papers and a list of 100; without enough ratings, what is missing."""
    words = _words(profile, papers)
    if not papers.rated:
        return drawing.empty(frame, words)
    lines = _legend(papers, frame)
    height = _TOP + (520.0 if frame.width >= 560 else 400.0) + _LEGEND + 16 * (len(lines) - 1)
    area = Box(_MARGIN, _TOP, frame.width - _MARGIN, height - _LEGEND - 16 * (len(lines) - 1))
    legend = [drawing.text(_MARGIN, area.bottom + 22 + 16 * row, line, "c-quiet") for row, line in enumerate(lines)]
    return drawing.picture(frame, words, height, [*_Plot(papers, frame, area).parts(), *legend])


def small_map(papers: PaperMap, frame: Frame) -> str:
    """The dots of a map alone, without words: a picture that leads to the whole one. Empty without a map."""
    if not papers.rated:
        return ""
    plot = _Plot(papers, frame, Box(0, 0, frame.width, frame.width * 0.75))
    return drawing.ornament(frame, frame.width * 0.75, plot.dots())


def missing_map(papers: PaperMap) -> str:
    """What the reader can do where there is no map; empty where there is one."""
    if not papers.enough:
        return (
            f"A map needs {LEAST_RATED} liked or disliked papers; there are {papers.ratings}. Rate papers of your list "
            "(`recommend like 3 5`), or bring in the library you keep (`recommend import library.bib`)."
        )
    if not papers.rated:
        return "The map is not drawn yet: the next `recommend run` draws it, and so does `recommend plot map`."
    return ""


class _Plot:
    """The dots and their labels in an area of the picture."""

    def __init__(self, papers: PaperMap, frame: Frame, area: Box) -> None:
        self._papers, self._frame, self._area = papers, frame, area
        self._liked = [dot for dot in papers.rated if dot.verdict is Verdict.LIKE]
        self._disliked = [dot for dot in papers.rated if dot.verdict is not Verdict.LIKE]

    def parts(self) -> Iterator[str]:
        """The drawing, from the back to the front; titles are as long as there is room for."""
        listed = len(self._papers.today)
        most = self._title_size(0, len(self._papers.rated) + listed)
        most_disliked: int | None = most
        if most < _SHORTEST and self._disliked:  # liked papers are worth the room more
            most, most_disliked = self._title_size(None, len(self._liked) + listed), None
        yield from self._shapes(most, most_disliked)
        yield from self._labels()

    def dots(self) -> Iterator[str]:
        """The dots in few shapes, without titles and labels."""
        look = 'fill="none" stroke="{}" stroke-width="{}" stroke-linecap="{}"'.format
        yield from self._one_shape("c-disliked", look("#848d97", 4, "square"), self._disliked)
        for topic in range(-1, len(self._papers.topics)):
            classes, colour = drawing.topic_look(topic)
            liked = [dot for dot in self._liked if dot.topic == topic]
            yield from self._one_shape(classes, look(colour, 6, "round"), liked)
        look_today = look("#cf222e", 7, "square")
        yield from self._one_shape("c-now", look_today, self._papers.today)

    def _one_shape(self, classes: str, attributes: str, dots: Sequence[Dot]) -> list[str]:
        return drawing.group(classes, attributes, [f'<path d="{"".join(map(self._point, dots))}"/>'] if dots else [])

    def _title_size(self, most_disliked: int | None, titles: int) -> int:
        """How many bytes there are for each of so many titles."""
        bare = sum(len(part.encode()) + 1 for part in self._shapes(0, most_disliked))
        return max(min((_ROOM - bare) // titles - len(hover(" ")), _LONGEST), 0)

    def _shapes(self, most: int, most_disliked: int | None) -> Iterator[str]:
        """The dots, each with so many bytes of its title; None: disliked ones as one shape, without titles."""
        look = 'fill="none" stroke="{}" stroke-width="{}" stroke-linecap="{}"'.format
        if most_disliked is None:
            squares = [f'<path d="{"".join(map(self._point, self._disliked))}"/>'] if self._disliked else []
        else:
            squares = [self._dot(dot, most_disliked) for dot in self._disliked]
        yield from drawing.group("c-disliked", look("#848d97", 4, "square"), squares)
        for topic in range(-1, len(self._papers.topics)):
            dots = [self._dot(dot, most) for dot in self._liked if dot.topic == topic]
            classes, colour = drawing.topic_look(topic)
            yield from drawing.group(classes, look(colour, 7, "round"), dots)
        today = self._papers.today
        look = 'fill="#cf222e" stroke="#ffffff" stroke-width="1.5" fill-opacity="{}"'.format
        for opacity, dots_of_day in (
            (0.3, [dot for dot in today if dot.similarity < _UNLIKE]),
            (1, [dot for dot in today if dot.similarity >= _UNLIKE]),
        ):
            yield from drawing.group("c-today", look(opacity), [self._diamond(dot, most) for dot in dots_of_day])

    def _point(self, dot: Dot) -> str:
        """A line of no length, which its caps make a round dot or a square."""
        x, y = self._spot(dot)
        return f"M{round(x)} {round(y)}h0"

    def _dot(self, dot: Dot, most: int) -> str:
        return f'<path d="{self._point(dot)}">{hover(_title(dot, most))}</path>'

    def _diamond(self, dot: Dot, most: int) -> str:
        x, y = self._spot(dot)
        match = "" if dot.match is None else f" · {round(dot.match * 100)} %"
        body = f'<path d="M{round(x)} {round(y) - 7}l7 7-7 7-7-7z"/>{hover(f"{dot.rank}. {_title(dot, most)}{match}")}'
        address = self._frame.paper_address(dot.paper.id)
        return drawing.link(address, body) if address else f"<g>{body}</g>"

    def _labels(self) -> Iterator[str]:
        named = [
            (topic, drawing.topic_look(number)[0])
            for number, topic in enumerate(self._papers.topics)
            if topic.likes and clean(topic.name)
        ]
        room = min(_MOST_NAME, 0.74 * self._frame.width) * 12 / 13
        names = [drawing.fitting(clean(topic.name), room) for topic, _ in named]
        ranked = [dot for dot in self._papers.today if dot.rank <= _NUMBERED]
        spots = [self._spot(dot) for dot in (*self._papers.rated, *self._papers.today)]
        labels = [
            Label(*self._at(topic.x, topic.y), drawing.width_of(name) * 13 / 12 + 8, 18, 300)
            for (topic, _), name in zip(named, names, strict=True)
        ]
        labels += [Label(*self._spot(dot), drawing.width_of(str(dot.rank)) + 2, 13, 32, 12) for dot in ranked]
        texts = [(name, 13, look) for name, (_, look) in zip(names, named, strict=True)]
        texts += [(str(dot.rank), 12, "") for dot in ranked]
        boxes = place(labels, spots, self._area)
        drawn = (
            drawing.text((box.left + box.right) / 2, box.bottom - 4, words, look, bold=size)
            for box, (words, size, look) in zip(boxes, texts, strict=True)
            if box
        )
        halo = 'text-anchor="middle" paint-order="stroke" stroke="#ffffff" stroke-width="3" stroke-linejoin="round"'
        yield from drawing.group("c-halo c-label", halo, drawn)

    def _spot(self, dot: Dot) -> tuple[float, float]:
        return self._at(dot.x, dot.y)

    def _at(self, x: float, y: float) -> tuple[float, float]:
        """The pixel of a place; dots at the rim lie inside with all of their shape."""
        area, rim = self._area, 10
        return (
            area.left + rim + x * (area.right - area.left - 2 * rim),
            area.top + rim + y * (area.bottom - area.top - 2 * rim),
        )


class _Numbers(NamedTuple):
    liked: int
    disliked: int


def _numbers(papers: PaperMap) -> _Numbers:
    liked = sum(dot.verdict is Verdict.LIKE for dot in papers.rated)
    return _Numbers(liked, len(papers.rated) - liked)


def _words(profile: str, papers: PaperMap) -> Words:
    if not papers.rated:
        return Words("map", f"{profile}: map of your papers", missing_map(papers))
    liked, disliked = _numbers(papers)
    parts = [
        f"{counted(liked, 'liked paper')} and {disliked:,} disliked, placed so that similar ones are near each other."
    ]
    topics = [f"{clean(topic.name, 80)} ({counted(topic.likes, 'like')})" for topic in papers.topics if topic.likes]
    parts += [f"Topics: {', '.join(topics)}."] if topics else []
    if papers.day:
        parts.append(f"Among them {counted(len(papers.today), 'paper')} of the list of {wording.day(papers.day)}.")
    heading = f"{profile}: {counted(len(papers.rated), 'rated paper')}"
    heading += f", and the list of {wording.day(papers.day)}" if papers.day and papers.today else ""
    return Words("map", heading, " ".join(parts))


def _legend(papers: PaperMap, frame: Frame) -> Sequence[str]:
    """What the shapes mean; and that a map of few papers is rough."""
    liked, disliked = _numbers(papers)
    shapes = [f"● {liked:,} liked, coloured by topic"] if liked else []
    shapes += [f"▪ {disliked:,} disliked"] if disliked else []
    if papers.today:
        paler = " (paler: like nothing you rated)" if any(dot.similarity < _UNLIKE for dot in papers.today) else ""
        shapes += [f"◆ {len(papers.today)} of the list{paler}, numbered by rank"]
    text = f"{' · '.join(shapes)}. Papers that lie close are alike"
    rough = (
        f"Rough still: from about {CLEAR_RATED} ratings on, groups are clear."
        if len(papers.rated) < CLEAR_RATED
        else ""
    )
    return drawing.wrapped(f"{text}. {rough}", frame.width - 2 * _MARGIN)


def _title(dot: Dot, most: int) -> str:
    return _cut(clean(dot.paper.title) or dot.paper.id, most) if most > 0 else ""


def _cut(words: str, most: int) -> str:
    """The text, or its beginning with an ellipsis, in at most so many bytes of a file."""
    size = len(escaped(words).encode("utf-8", "replace"))
    while size > most:
        words = words[: max(len(words) * most // size - 1, 0)].rstrip()
        size = len(escaped(words).encode("utf-8", "replace")) + 3
        if size <= most or not words:
            return f"{words}…"
    return words
