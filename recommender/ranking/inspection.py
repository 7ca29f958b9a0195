"""What a history taught: words for and against, interests, and how they drifted."""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from recommender.paper import History, Insights, Paper, Topic, Verdict
from recommender.ranking import linear, lsa, tokens
from recommender.ranking.counts import numbers_of
from recommender.ranking.dataset import INTERESTS_ID, Dataset, build

WORDS = 12  # each way
TOPIC_WORDS = 5
EXAMPLES = 3  # papers of an interest that are named
LIKES_AN_INTEREST = 8  # one interest is looked for per so many likes ...
MOST_INTERESTS = 6  # ... but no more than these
LEAST_LIKES_A_MONTH = 3  # fewer tell no drift


def insights(history: History, encoded: Mapping[str, bytes]) -> Insights:
    """The words that weigh most, the liked papers by interest, and what was special in each month."""
    dataset = build(history, (), encoded)
    liked = [paper for paper in dataset.liked if paper.id != INTERESTS_ID]
    given = {entry.paper.id: entry.given_at for entry in history.feedback if entry.verdict is Verdict.LIKE}
    months: dict[str, list[Paper]] = {}
    for paper in sorted(liked, key=lambda paper: (given[paper.id], paper.id)):
        months.setdefault(f"{given[paper.id]:%Y-%m}", []).append(paper)
    told = {month: some for month, some in months.items() if len(some) >= LEAST_LIKES_A_MONTH}
    return Insights(
        *_words(dataset),
        interests=_interests(dataset, liked),
        drift=tuple((month, _topic(some, liked)) for month, some in told.items()) if len(told) > 1 else (),
    )


def _words(dataset: Dataset) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The words and pairs with the highest and with the lowest weight in the regression."""
    model = linear.fit(dataset)
    if model is None:
        return (), ()
    # A term's weight times how far it reaches among the judged papers, or a rare word would lead each list.
    judged = dataset.vectors[slice(0, len(dataset.liked) + len(dataset.disliked))]
    reach = model.weights() * judged.rmatvec(np.ones(judged.shape[0]))
    order = np.argsort(reach, kind="stable")
    names = _names([*dataset.liked, *dataset.disliked])
    against, favoured = (
        [place for place in some if sign * reach[place] > 0] for some, sign in ((order, -1), (order[::-1], 1))
    )
    return _distinct(dataset, favoured, names), _distinct(dataset, against, names)


def _distinct(dataset: Dataset, places: Sequence[int], names: Mapping[int, str]) -> tuple[str, ...]:
    """The first WORDS terms, none of which shares a word with one before it."""
    told: list[str] = []
    used: set[str] = set()
    for place in places:
        words = [names.get(number, "") for number in numbers_of(int(dataset.counts.terms[place]))]
        if all(words) and not used & set(words):
            used.update(words)
            told.append(" ".join(words))
        if len(told) == WORDS:
            break
    return tuple(told)


def _interests(dataset: Dataset, liked: Sequence[Paper]) -> tuple[Topic, ...]:
    """Liked papers grouped by meaning, largest group first."""
    count = min(MOST_INTERESTS, len(liked) // LIKES_AN_INTEREST)
    if count < 1:
        return ()
    from sklearn.cluster import KMeans

    place = {paper.id: row for row, paper in enumerate(dataset.liked)}
    rows = [place[paper.id] for paper in liked]
    points = lsa.shipped().place(dataset.counts, dataset.liked_rows)[rows]
    clusters = KMeans(count, n_init=4, random_state=0).fit(points)
    found = []
    for number in range(count):
        members = np.flatnonzero(clusters.labels_ == number)
        middle = clusters.cluster_centers_[number]
        nearest = sorted(members, key=lambda row: (-float(points[row] @ middle), row))
        papers = [liked[int(row)] for row in nearest]
        if papers:
            found.append(Topic(_topic(papers, liked), len(papers), tuple(papers[:EXAMPLES])))
    return tuple(sorted(found, key=lambda interest: (-interest.likes, interest.words)))


def _topic(some: Sequence[Paper], among: Sequence[Paper]) -> tuple[str, ...]:
    """The words that are in more of these papers than chance would have it, told by log-likelihood."""
    inside, everywhere = (Counter(word for paper in papers for word in _own(paper)) for papers in (some, among))
    share = len(some) / len(among)

    def surprise(word: str) -> float:
        seen, expected = inside[word], everywhere[word] * share
        # with one group alone nothing surprises: then the commonest words are its topic
        return seen * float(np.log(seen / expected)) if len(some) < len(among) else float(seen)

    names = _names(some)
    best = sorted(inside, key=lambda word: (-surprise(word), word))[:TOPIC_WORDS]
    return tuple(names.get(tokens.number(word), word) for word in best)


def _own(paper: Paper) -> set[str]:
    return set(tokens.words(f"{paper.title} {paper.abstract}"))


def _names(papers: Sequence[Paper]) -> dict[int, str]:
    return {number: name for paper in papers for number, name in tokens.names(paper).items()}
