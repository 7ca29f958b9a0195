"""What was learned from a reader's ratings."""

from typing import NamedTuple

from recommender.paper import Paper


class Topic(NamedTuple):
    """A cluster of similar liked papers."""

    words: tuple[str, ...]  # that distinguish them from the other liked papers
    likes: int
    papers: tuple[Paper, ...]  # the most typical ones


class Insights(NamedTuple):
    """What a history taught, for its reader to check."""

    positive_terms: tuple[str, ...]  # words and word pairs that raise a paper, strongest first
    negative_terms: tuple[str, ...]  # words and word pairs that lower a paper, strongest first
    topics: tuple[Topic, ...]  # largest first
    drift: tuple[tuple[str, tuple[str, ...]], ...]  # months ("2026-03") and their special words, oldest first
