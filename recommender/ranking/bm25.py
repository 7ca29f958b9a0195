"""BM25: the Okapi model of rank-bm25 over a sparse matrix of term frequencies."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from rank_bm25 import BM25Okapi

from recommender.ranking.counts import document_frequency
from recommender.ranking.sparse import Sparse


class SparseOkapi(BM25Okapi):  # type: ignore[misc]  # rank-bm25 has no types
    """BM25Okapi with its three steps as array operations, and with an idf that is always positive.

    Model: Trotman, Puurula and Burgess, "Improvements to BM25 and Language Models Examined" (2014), section 3.1
    (ATIRE), with the parameters of the base class. Two differences:

    - rank-bm25 loops over papers × query words in Python, which is too slow for thousands of queries.
    - Its idf ln((N - df + .5) / (df + .5)) is 0 for a word of half of the papers and negative above that, so a digest
      of two papers scores nothing (https://github.com/dorianbrown/rank_bm25/issues/39). Here it is Lucene's
      ln(1 + (N - df + .5) / (df + .5)).

    Args:
        corpus: papers × words, term frequencies.
    """

    def _initialize(self, corpus: Sparse) -> NDArray[Any]:
        self.counts = corpus
        self.corpus_size = corpus.shape[0]
        self.doc_len = corpus.row_sums()
        self.avgdl = max(float(self.doc_len.mean()), 1.0) if self.corpus_size else 1.0
        return document_frequency(corpus)

    def _calc_idf(self, nd: NDArray[Any]) -> None:
        self.idf = np.log1p((self.corpus_size - nd + 0.5) / (nd + 0.5)).astype(np.float32)

    def weights(self, papers: slice = slice(None)) -> Sparse:
        """Papers × words: what each word of a paper adds to its score when the query contains it once."""
        counts = self.counts[papers]
        norm = self.k1 * (1 - self.b + self.b * self.doc_len[papers] / self.avgdl)
        entry_norm = np.repeat(norm, np.diff(counts.indptr))
        return counts.with_data(counts.data * (self.k1 + 1) / (counts.data + entry_norm) * self.idf[counts.indices])

    def get_scores(self, query: NDArray[Any]) -> NDArray[Any]:
        """One score per paper.

        Args:
            query: how often the query contains each word.
        """
        return self.weights().dot(query)
