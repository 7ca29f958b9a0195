"""Inspection of what the ranker learned: positive and negative words, topics, and words of each month."""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from recommender.paper import History, Paper, Verdict
from recommender.ranking import authors, linear, tokens, topics
from recommender.ranking.counts import document_frequency, numbers_of
from recommender.ranking.dataset import Dataset, build
from recommender.ranking.sparse import HStack
from recommender.ranking.spelling import written
from recommender.results.insights import Insights, Topic
from recommender.results.pictures import LearnedAuthor, LearnedWord, LearnedWords

MAX_WORDS = 12  # positive ones, and as many negative ones
MONTH_WORDS = 5
TOPIC_PAPERS = 3  # examples of a topic
MIN_LIKES_PER_MONTH = 3  # months with fewer likes are left out


def insights(history: History, encoded: Mapping[str, bytes]) -> Insights:
    """See `recommender.ranking.insights`."""
    dataset = build(history, (), encoded)
    liked = list(dataset.liked)
    liked_at = {entry.paper.id: entry.given_at for entry in history.feedback if entry.verdict is Verdict.LIKE}
    papers_by_month: dict[str, list[Paper]] = {}
    for paper in sorted(liked, key=lambda paper: (liked_at[paper.id], paper.id)):
        papers_by_month.setdefault(f"{liked_at[paper.id]:%Y-%m}", []).append(paper)
    months = {month: papers for month, papers in papers_by_month.items() if len(papers) >= MIN_LIKES_PER_MONTH}
    drift = [(month, _distinctive_words(papers, liked)) for month, papers in months.items()] if len(months) > 1 else []
    return Insights(*_words(dataset), _topics(dataset, history), tuple(drift))


def find_topics(history: History, encoded: Mapping[str, bytes]) -> tuple[Topic, ...]:
    """See `recommender.ranking.find_topics`."""
    return _topics(build(history, (), encoded), history)


def learned_words(history: History, encoded: Mapping[str, bytes]) -> LearnedWords:
    """See `recommender.ranking.learned_words`."""
    dataset = build(history, (), encoded)
    liked, disliked = len(dataset.liked), len(dataset.disliked)
    model = linear.fit(dataset)
    if model is None:
        return LearnedWords((), (), liked, disliked)
    weights, rated = model.weights(), _rated(dataset)
    total = rated.rmatvec(np.ones(rated.shape[0]))
    present = np.concatenate([document_frequency(block) for block in rated.blocks])
    positive, negative = (
        tuple(
            LearnedWord(name, float(weights[column] * total[column] / present[column]), int(present[column]))
            for column, name in terms
        )
        for terms in _strongest(dataset, model)
    )
    return LearnedWords(positive, negative, liked, disliked)


def learned_authors(history: History, encoded: Mapping[str, bytes]) -> tuple[LearnedAuthor, ...]:
    """See `recommender.ranking.learned_authors`."""
    return authors.learned(build(history, (), encoded))[:MAX_WORDS]


def _words(dataset: Dataset) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The words and pairs with the highest and with the lowest weight in the regression."""
    model = linear.fit(dataset)
    if model is None:
        return (), ()
    positive, negative = (tuple(name for _, name in terms) for terms in _strongest(dataset, model))
    return positive, negative


def _strongest(dataset: Dataset, model: linear.Linear) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """The columns and names of the terms that raise rated papers most, and of those that lower them most."""
    # Weights are multiplied by the sum of the term's TF-IDF over the rated papers; otherwise rare words come first.
    rated = _rated(dataset)
    influence = model.weights() * rated.rmatvec(np.ones(rated.shape[0]))
    order = np.argsort(influence, kind="stable")
    names = _names([*dataset.liked, *dataset.disliked])
    negative = _without_overlap(dataset, order[influence[order] < 0], names)
    positive = _without_overlap(dataset, order[influence[order] > 0][::-1], names)
    return positive, negative


def _rated(dataset: Dataset) -> HStack:
    return dataset.vectors[slice(dataset.rows.liked.start, dataset.rows.disliked.stop)]


def _without_overlap(dataset: Dataset, columns: NDArray[np.int64], names: Mapping[int, str]) -> list[tuple[int, str]]:
    """The first MAX_WORDS terms, leaving out those that share a word with an earlier one."""
    terms: list[tuple[int, str]] = []
    used: set[str] = set()
    for column in columns.tolist():
        words = [names.get(number, "") for number in numbers_of(int(dataset.counts.terms[column]))]
        if all(words) and not used & set(words):
            used.update(words)
            terms.append((column, " ".join(words)))
        if len(terms) == MAX_WORDS:
            break
    return terms


def _topics(dataset: Dataset, history: History) -> tuple[Topic, ...]:
    """The reader's topics, each with its most typical likes: those nearest to the mean of all in the latent space."""
    points = dataset.points[dataset.rows.liked]
    found = topics.find(dataset, history.topics)
    result = []
    for topic, (name, *words) in zip(found, topics.describe(dataset, found), strict=True):
        own_points = points[topic.likes]
        nearest = np.lexsort((topic.likes, -(own_points @ own_points.sum(axis=0))))
        papers = [dataset.liked[like] for like in topic.likes[nearest].tolist()]
        result.append(
            Topic(
                name,
                tuple(words),
                len(papers),
                tuple(papers[:TOPIC_PAPERS]),
                topic.rule.weight if topic.rule else 1.0,
                stated=topic.stated >= 0,
                changed=topic.rule is not None,
                members=tuple(sorted(paper.id for paper in papers)),
            )
        )
    return tuple(result)


def _distinctive_words(papers: Sequence[Paper], among: Sequence[Paper]) -> tuple[str, ...]:
    """The words that most exceed their expected frequency in these papers: highest observed · ln(observed / expected).

    That is a word's term of the log-likelihood ratio of Dunning, "Accurate Methods for the Statistics of Surprise and
    Coincidence" (1993). The expected frequency is the one among all `among`, scaled down.
    """
    observed, everywhere = (Counter(word for paper in group for word in _words_of(paper)) for group in (papers, among))
    share = len(papers) / len(among)

    def surprise(word: int) -> float:
        # A single group has nothing to differ from; then the most frequent words are its topic.
        if len(papers) == len(among):
            return float(observed[word])
        return observed[word] * float(np.log(observed[word] / (everywhere[word] * share)))

    names = _names(papers)
    best = sorted(observed, key=lambda word: (-surprise(word), names[word]))[:MONTH_WORDS]
    return tuple(names[word] for word in best)


def _words_of(paper: Paper) -> set[int]:
    return set(map(tokens.number, tokens.words(f"{paper.title} {paper.abstract}")))


def _names(papers: Sequence[Paper]) -> dict[int, str]:
    """Words as they are written in these papers, by their number."""
    return {word.number: word.form for paper in papers for word in reversed(written(paper, set(tokens.names(paper))))}
