"""karpathy/arxiv-sanity-lite: the features of compute.py, and svm_rank of serve.py."""

import pickle
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC

from benchmarks.tools import store


def rank(folder: Path) -> list[str]:
    """Refit the features with the new day, and rank."""
    new = store.new_day(folder)
    with closing(store.connect(folder)) as database, database:
        database.executemany("INSERT INTO papers VALUES (?, ?, '', 1)", new.items())
    papers = store.texts(folder, "SELECT id, text || ' ' || authors FROM papers")
    vectorizer = TfidfVectorizer(
        input="content",
        encoding="utf-8",
        decode_error="replace",
        strip_accents="unicode",
        lowercase=True,
        analyzer="word",
        stop_words="english",
        token_pattern=store.WORDS,
        ngram_range=(1, 2),
        max_features=20_000,
        norm="l2",
        use_idf=True,
        smooth_idf=True,
        sublinear_tf=True,
        max_df=0.1,
        min_df=5,
    )
    features = {"pids": list(papers), "x": vectorizer.fit_transform(papers.values()).astype(np.float32)}
    with (folder / "features.p").open("wb") as file:
        pickle.dump(features, file, protocol=pickle.HIGHEST_PROTOCOL)
    return _rank(folder, features)


def rank_again(folder: Path) -> list[str]:
    """Rank with the features that are kept on disk."""
    with (folder / "features.p").open("rb") as file:
        return _rank(folder, pickle.load(file))  # noqa: S301 - written by `rank`


def _rank(folder: Path, features: Mapping[str, Any]) -> list[str]:
    likes = store.read_likes(folder)
    model = LinearSVC(class_weight="balanced", max_iter=10_000, tol=1e-6, C=0.01)
    model.fit(features["x"], np.isin(features["pids"], likes).astype(np.float32))
    values = dict(zip(features["pids"], model.decision_function(features["x"]), strict=True))
    with closing(store.connect(folder)) as database:
        today = [paper_id for (paper_id,) in database.execute("SELECT id FROM papers WHERE today")]
    return store.best(today, (values[paper_id] for paper_id in today), likes)


if __name__ == "__main__":
    store.main(rank, rank_again)
