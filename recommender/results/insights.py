"""What was learned from a reader's ratings."""

from typing import NamedTuple

from recommender.paper import Paper


class Topic(NamedTuple):
    """One of a reader's topics: a stated interest, a group of similar liked papers, or both."""

    name: str  # the reader's own, the stated interest, or a term of its papers
    words: tuple[str, ...] = ()  # that describe it beside its name
    likes: int = 0
    papers: tuple[Paper, ...] = ()  # the most typical likes, most typical first
    weight: float = 1.0  # of its share of a list, beside 1 of another topic; 0: dropped
    stated: bool = False  # one of the stated interests
    changed: bool = False  # the reader renamed, merged, weighed or dropped it
    members: tuple[str, ...] = ()  # ids of all its likes


class TopicChange(NamedTuple):
    """What a reader decided about topics."""

    before: tuple[Topic, ...]  # one, or those that were merged
    after: Topic
    others: int  # topics beside it that have a share


class Insights(NamedTuple):
    """What a history taught, for its reader to check."""

    positive_terms: tuple[str, ...]  # words and word pairs that raise a paper, strongest first
    negative_terms: tuple[str, ...]  # words and word pairs that lower a paper, strongest first
    topics: tuple[Topic, ...]  # those with the most likes first, dropped ones last
    drift: tuple[tuple[str, tuple[str, ...]], ...]  # months ("2026-03") and their special words, oldest first
