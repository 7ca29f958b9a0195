"""BM25: rank-bm25's Okapi model over a sparse matrix of term counts."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from rank_bm25 import BM25Okapi

from recommender.ranking.counts import paper_frequency
from recommender.ranking.sparse import Sparse


class SparseOkapi(BM25Okapi):  # type: ignore[misc]  # rank-bm25 has no types
    """BM25Okapi with its three steps done on whole arrays, and an idf that is never zero or below.

    rank-bm25 loops over papers × query words in Python: 1.9 s for 1,000 papers and 2,000 likes, where one sparse
    product takes a millisecond. Its own idf log((N - n + .5) / (n + .5)) is 0 for a word of half of the papers and
    negative beyond, so that a digest of two papers scores nothing
    (https://github.com/dorianbrown/rank_bm25/issues/39). Here it is Lucene's log(1 + (N - n + .5) / (n + .5)).
    Everything else is the model of Trotman, Puurula and Burgess, "Improvements to BM25 and Language Models
    Examined" (2014), section 3.1 (ATIRE), as the base class has it.

    Args:
        corpus: papers × words, how often each word is in each paper.
    """

    def _initialize(self, corpus: Sparse) -> NDArray[Any]:
        self.counts = corpus
        self.corpus_size = corpus.shape[0]
        self.doc_len = corpus.row_sums()
        self.avgdl = max(float(self.doc_len.mean()), 1.0) if self.corpus_size else 1.0
        return paper_frequency(corpus)

    def _calc_idf(self, nd: NDArray[Any]) -> None:
        self.idf = np.log1p((self.corpus_size - nd + 0.5) / (nd + 0.5)).astype(np.float32)

    def weights(self, papers: slice = slice(None)) -> Sparse:
        """Papers × words: what each word of a paper adds to its score when asked for once."""
        counts = self.counts[papers]
        norm = self.k1 * (1 - self.b + self.b * self.doc_len[papers] / self.avgdl)
        row_norm = np.repeat(norm, np.diff(counts.indptr))
        return counts.with_data(counts.data * (self.k1 + 1) / (counts.data + row_norm) * self.idf[counts.indices])

    def get_scores(self, query: NDArray[Any]) -> NDArray[Any]:
        """One score a paper; `query` says of each word how often it is asked for."""
        return self.weights().dot(query)
