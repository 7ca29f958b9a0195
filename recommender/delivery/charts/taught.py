"""What ratings taught: the likes of each topic by month, and the words for and against a paper."""

from collections.abc import Iterator, Sequence

from recommender.delivery.charts import drawing
from recommender.delivery.charts.drawing import Frame, Words, clean, hover, number, text
from recommender.results.pictures import InterestHistory, LearnedWord, LearnedWords, TopicMonths
from recommender.text.short import counted

_LEFT, _TOP = 16.0, 56.0
_ROW, _BAR = 46.0, 26.0  # pixels from one topic to the next, and of its longest bar
_NAME = 18.0  # pixels of a name above its bars, where there is no room beside them
_NARROW = 560  # pixels below which there is none
_LINE = 22.0  # pixels from one word to the next


def interests(profile: str, history: InterestHistory, frame: Frame = drawing.FILE) -> str:
    """A row of bars for each topic, one bar a month, all to one scale; without likes, what is missing."""
    if not history.months:
        return drawing.empty(frame, Words("interests", f"{profile}: interests by month", missing_interests(history)))
    rows = [*history.topics, *([history.others._replace(name="other likes")] if history.others.likes else [])]
    said = [f"{clean(row.name)}: {counted(row.likes, 'like')}{' (dropped)' if row.dropped else ''}" for row in rows]
    words = Words(
        "interests",
        f"{profile}: likes by topic, {history.months[0]} to {history.months[-1]}",
        f"A bar a month for each topic. {'; '.join(said)}. {missing_interests(history)}".strip(),
    )
    above = _NAME if frame.width < _NARROW else 0
    names = 116.0 if above else 280.0
    room = (frame.width - 2 * _LEFT if above else names) * 0.92
    step = (frame.width - names - 2 * _LEFT) / len(history.months)
    most = max((count for row in rows for count in row.by_month), default=0)
    parts: list[str] = []
    for place, row in enumerate(rows):
        base = _TOP + place * (_ROW + above) + _BAR + 6 + above
        parts += [
            f"<g>{drawing.hover(clean(row.name))}",  # the whole name, where there is no room for it
            text(_LEFT, base - _BAR - 8 if above else base - 12, drawing.fitting(clean(row.name), room), bold=12),
            "</g>",
            text(_LEFT, base + 4, _facts(row), "c-quiet"),
            f'<path class="c-grid" stroke="currentColor" stroke-opacity=".2" d="M{number(_LEFT + names)} {number(base)}'
            f'H{number(frame.width - _LEFT)}"/>',
        ]
        shown = zip(history.months, row.by_month, strict=True)
        bars = [
            _month(_LEFT + names + number_ * step, base, (step, _BAR * count / max(most, 1)), (month, count))
            for number_, (month, count) in enumerate(shown)
            if count
        ]
        classes, colour = drawing.topic_look(place if place < len(history.topics) else -1)
        parts += drawing.group(classes, f'fill="{colour}"', bars)
    bottom = _TOP + len(rows) * (_ROW + above) + 16
    parts += _months(history.months, _LEFT + names, step, bottom)
    return drawing.picture(frame, words, bottom + 16, parts)


def missing_interests(history: InterestHistory) -> str:
    """What the reader can do where there is nothing, or no topic, to show."""
    if not history.months:
        return (
            "Nothing is liked yet. Like papers of your list (`recommend like 3 5`), or bring in the library you keep "
            "(`recommend import library.bib`); topics form when you like several papers on one thing."
        )
    if not any(topic.likes for topic in history.topics):
        return "No topics yet: they form when you like several papers on one thing."
    return ""


def words(profile: str, learned: LearnedWords, frame: Frame = drawing.FILE) -> str:
    """Words for a paper with bars to the right, words against it with bars to the left; or what is missing."""
    if not learned.positive and not learned.negative:
        return drawing.empty(frame, Words("words", f"{profile}: words", missing_words(learned)))
    raising = ", ".join(_effect(word) for word in learned.positive)
    lowering = ", ".join(_effect(word) for word in learned.negative)
    said = Words(
        "words",
        f"{profile}: words learned from {learned.liked:,} liked and {learned.disliked:,} disliked papers",
        f"Raise a paper, in log-odds: {raising or 'none'}. Lower it: {lowering or 'none'}.",
    )
    rows = [*sorted(learned.positive, key=_by_effect), *sorted(learned.negative, key=_by_effect)]
    most = max(max(abs(word.effect) for word in rows), 1e-9)
    axis = frame.width / 2
    # A word stands on the other side of the axis than its bar, so both have half of the picture.
    scale = (axis - _LEFT - 44) / most
    bottom = _TOP + len(rows) * _LINE
    parts = [
        text(axis, _TOP - 4, "lower a paper ← log-odds → raise a paper", "c-quiet", anchor="middle"),
        *(line for place, word in enumerate(rows) for line in _word(word, axis, _TOP + 8 + place * _LINE, scale)),
        '<path class="c-grid" stroke="currentColor" stroke-opacity=".2" '
        f'd="M{number(axis)} {_TOP + 4}V{number(bottom)}"/>',
    ]
    note = "what a word adds, on average, to a paper you rated that has it"
    notes = drawing.wrapped(note, frame.width - 2 * _LEFT)
    parts += [text(_LEFT, bottom + 22 + 16 * row, line, "c-quiet") for row, line in enumerate(notes)]
    return drawing.picture(frame, said, bottom + 18 + 16 * len(notes), parts)


def missing_words(learned: LearnedWords) -> str:
    """What the reader can do where no words were learned; empty where some were."""
    if learned.positive or learned.negative:
        return ""
    if not learned.liked:
        return (
            "No words yet: they are learned from papers that you like. Like some of your list (`recommend like 3 5`), "
            "or bring in the library you keep (`recommend import library.bib`)."
        )
    return (
        f"No words yet: {counted(learned.liked, 'liked paper')} and nothing to compare with. Read a day's papers "
        "(`recommend today`), or dislike some."
    )


def _facts(row: TopicMonths) -> str:
    facts = [counted(row.likes, "like"), *(["dropped"] if row.dropped else []), *(["stated"] if row.stated else [])]
    return ", ".join(facts)


def _month(left: float, base: float, size: tuple[float, float], said: tuple[str, int]) -> str:
    (step, height), (month, count) = size, said
    width = min(step * 0.7, 30)
    title = f"{month}: {counted(count, 'like')}"
    return (
        f'<rect x="{number(left + (step - width) / 2)}" y="{number(base - height)}" width="{number(width)}" '
        f'height="{number(height)}">{hover(title)}</rect>'
    )


def _months(months: Sequence[str], left: float, step: float, base: float) -> Iterator[str]:
    """Names of the months below their bars, as many as fit."""
    for place, month in enumerate(months):
        if place % (1 + int(56 / step)) == 0:
            yield text(left + (place + 0.5) * step, base, month, "c-quiet", anchor="middle")


def _word(word: LearnedWord, axis: float, top: float, scale: float) -> Iterator[str]:
    length = abs(word.effect) * scale
    up = word.effect >= 0
    side = 1 if up else -1
    title = f"{_effect(word)}, in {counted(word.papers, 'rated paper')}"
    yield (
        f'<rect class="c-{"up" if up else "down"}" fill="{"#0969da" if up else "#bc4c00"}" '
        f'x="{number(axis if up else axis - length)}" y="{number(top)}" width="{number(length)}" height="14">'
        f"{hover(title)}</rect>"
    )
    name = drawing.fitting(clean(word.text), axis - 32)
    yield text(axis - 8 * side, top + 11, name, anchor="end" if up else "")
    value = f"{word.effect:+.2f}".replace("-", "−")
    yield text(axis + (length + 6) * side, top + 11, value, "c-quiet", anchor="" if up else "end")


def _effect(word: LearnedWord) -> str:
    return f"{clean(word.text)} {word.effect:+.2f}".replace("-", "−")


def _by_effect(word: LearnedWord) -> float:
    return -abs(word.effect)
