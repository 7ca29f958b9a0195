"""TideDra/zotero-arxiv-daily: the formula of reranker/base.py, on TF-IDF of the likes and the day."""

import json
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from benchmarks.tools import store


def rank(folder: Path) -> list[str]:
    """Rank the day by similarity to the likes; newer likes weigh more."""
    new, likes = store.new_day(folder), store.read_likes(folder)
    query = "SELECT id, text FROM papers WHERE id IN (SELECT value FROM json_each(?))"
    papers = store.texts(folder, query, json.dumps(likes)) | new
    vectorizer = TfidfVectorizer(
        strip_accents="unicode", stop_words="english", token_pattern=store.WORDS, ngram_range=(1, 2), sublinear_tf=True
    )
    features = vectorizer.fit_transform([*(papers[paper_id] for paper_id in likes), *new.values()])
    weight = 1 / (1 + np.log10(np.arange(len(likes)) + 1))
    cosine = (features[len(likes) :] @ features[: len(likes)].T).toarray()
    return store.best(new, 10 * cosine @ (weight / weight.sum()), likes)


rank_again = rank  # it keeps nothing


if __name__ == "__main__":
    store.main(rank, rank_again)
