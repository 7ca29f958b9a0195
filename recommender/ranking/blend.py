"""The ranker: logistic regression and BM25, each on its own scale, added up."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.paper import History, Paper, Reason, ReasonKind, Score
from recommender.ranking import text
from recommender.ranking.bm25 import SparseOkapi
from recommender.ranking.linear import fit
from recommender.ranking.material import Material, gather


def rank(history: History, papers: Sequence[Paper], encoded: Mapping[str, bytes]) -> list[Score]:
    if not papers:
        return []
    material = gather(history, papers, encoded)
    bm25 = SparseOkapi(material.words)
    weights = bm25.weights()
    day = weights[material.rows("candidates")]
    near = _nearest(day, material, "liked")
    far = _nearest(day, material, "disliked")
    linear = fit(material)
    value = 0.5 * _z(near.mean) - 0.5 * _z(far.mean) + 0.5 * _z(day @ material.words[[-1]].toarray()[0])
    if linear:
        value = value + _z(linear.values)
    names = {}
    from zlib import crc32

    for p in material.candidates:
        for w in text.words(p.title + " " + p.abstract):
            names[crc32(w.encode())] = w
    scores = {}
    for i, p in enumerate(material.candidates):
        reasons = []
        if material.liked and near.score[i] > 0:
            q = material.liked[near.index[i]]
            reasons.append(Reason(ReasonKind.LIKED, q.title, float(near.score[i]), q.id))
        if linear:
            row = linear.features[[i]]
            c = row.data * linear.coefficients[row.indices]
            for j in np.argsort(-np.abs(c))[:6]:
                t = int(material.counts.terms[row.indices[j]])
                w = " ".join(names.get(n, "?") for n in ((t >> 32, t & 0xFFFFFFFF) if t >> 32 else (t,)))
                reasons.append(Reason(ReasonKind.WORD, w, float(c[j])))
        scores[p.id] = Score(float(value[i]), None, tuple(reasons))
    return [scores[p.id] for p in papers]


class _Near:
    pass


def _nearest(day: Any, material: Material, part: str) -> Any:
    out = _Near()
    n = day.shape[0]
    rows = material.words[material.rows(part)]
    if not rows.shape[0]:
        out.mean = np.zeros(n)
        out.score = np.zeros(n)
        out.index = np.zeros(n, int)
        return out
    q = rows.copy()
    q.data = np.ones_like(q.data)
    sim = (day @ q.T).toarray()
    ids = getattr(material, part)
    for i, p in enumerate(material.candidates):
        for j, l in enumerate(ids):
            if l.id == p.id:
                sim[i, j] = 0
    out.index = sim.argmax(axis=1)
    out.score = sim.max(axis=1)
    k = min(3, sim.shape[1])
    out.mean = np.sort(sim, axis=1)[:, -k:].mean(axis=1)
    return out


def _z(values: NDArray[Any]) -> NDArray[Any]:
    spread = values.std()
    return (values - values.mean()) / spread if spread > 1e-9 else values * 0
