"""The figures of pictures; `recommender.delivery.charts` draws them."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date

from recommender import ranking
from recommender.paper import Verdict
from recommender.ranking import reliability
from recommender.results.evaluation import LearningCurve
from recommender.results.insights import Topic
from recommender.results.pictures import (
    LEAST_MATCHES,
    Calendar,
    InterestHistory,
    LearnedAuthor,
    LearnedWords,
    MatchHistory,
    MonthOfLists,
    PaperMap,
    TopicMonths,
)
from recommender.services import curve, days, history, paper_map, topics
from recommender.services.reader import Reader

MOST_MONTHS = 12  # newest ones
_TOP = 10  # papers of a list that count as its best


class Pictures:
    """The figures of a reader's pictures. Each method may raise StoreError and ProfileError, as `Recommender` does."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def map(self, *, make: bool = True) -> PaperMap:
        """The rated papers in the plane, similar ones near each other, with those of the newest list.

        Args:
            make: bring the map up to date first, which takes seconds if it must be fitted again; False: show what the
                last `run` left, which may be nothing.
        """
        return paper_map.paper_map(self._reader, make=make)

    def interests(self, found: Sequence[Topic] | None = None) -> InterestHistory:
        """The likes of each topic in each of the last twelve months with likes.

        Args:
            found: the reader's topics, if they were found before; None: they are found now.
        """
        return _interests(self._reader, topics.Topics(self._reader).all() if found is None else found)

    def words(self) -> LearnedWords:
        """The words that the ratings taught, with what each adds to the value of a paper."""
        past, encoded = history.before(self._reader, date.max)
        return ranking.learned_words(past, encoded)

    def calibration(self) -> MatchHistory:
        """What became of the papers that past lists showed, by their match and by month. Ranks nothing again."""
        return _matches(self._reader)

    def curve(self) -> LearningCurve | None:
        """The learning curve of the last `evaluate`; None: there was none yet. Ranks nothing again."""
        return curve.kept(self._reader)

    def authors(self) -> tuple[LearnedAuthor, ...]:
        """The authors of liked papers, with what each adds to the value of another paper, strongest first."""
        past, encoded = history.before(self._reader, date.max)
        return ranking.learned_authors(past, encoded)

    def days(self) -> Calendar:
        """A year of days: read, unread, failed, without an announcement."""
        return days.calendar(self._reader)


def _interests(reader: Reader, found: Sequence[Topic]) -> InterestHistory:
    liked = [entry for entry in reader.store.feedback() if entry.verdict is Verdict.LIKE]
    month_of = {entry.paper.id: f"{entry.given_at:%Y-%m}" for entry in liked}
    months = _months(sorted(set(month_of.values())))
    found = [topic for topic in found if topic.likes or topic.stated]
    others = set(month_of).difference(*(topic.members for topic in found))
    return InterestHistory(
        months,
        tuple(_by_month(topic, months, month_of) for topic in found),
        _by_month(Topic("", likes=len(others), members=tuple(others)), months, month_of),
    )


def _by_month(topic: Topic, months: Sequence[str], month_of: dict[str, str]) -> TopicMonths:
    counts = Counter(month_of[paper_id] for paper_id in topic.members if paper_id in month_of)
    by_month = tuple(counts[month] for month in months)
    return TopicMonths(topic.name, topic.likes, by_month, topic.stated, topic.weight == 0)


def _months(liked: Sequence[str]) -> tuple[str, ...]:
    """The months up to the last one with likes, without gaps, at most MOST_MONTHS."""
    if not liked:
        return ()
    first, last = (int(month[:4]) * 12 + int(month[5:]) - 1 for month in (liked[0], liked[-1]))
    numbers = range(max(first, last - MOST_MONTHS + 1), last + 1)
    return tuple(f"{number // 12:04}-{number % 12 + 1:02}" for number in numbers)


def _matches(reader: Reader) -> MatchHistory:
    shown = reader.store.matches(reader.today)
    told = [(paper.match, paper.liked) for paper in shown if paper.match is not None]
    calibration = reliability.calibration(told) if len(told) >= LEAST_MATCHES else None
    best: dict[str, list[bool]] = defaultdict(list)
    for paper in shown:
        if paper.rank <= _TOP:
            best[f"{paper.day:%Y-%m}"].append(paper.liked)
    months = [MonthOfLists(month, len(liked), sum(liked)) for month, liked in sorted(best.items())]
    return MatchHistory(len(told), calibration, tuple(months[-MOST_MONTHS:]))
