"""Computes the word vectors that ship: `python -m benchmarks.language FOLDER`.

FOLDER holds `digests/raw/DAY.jsonl.gz` and `arxiv-fixtures/api/*.xml`. Only the first ten days are read, which a replay
uses as background only: no paper that a benchmark ranks has influenced the vectors. The API's answer adds all of
computer science. Titles and abstracts are arXiv's metadata, CC0.
"""

import argparse
import gzip
import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
from scipy.sparse import csr_array
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfTransformer

from recommender.paper import Paper
from recommender.ranking import encode, lsa
from recommender.ranking.counts import count, document_frequency
from recommender.ranking.lsa import WordVectors

DAYS = 10
DIMENSIONS = 64
MIN_PAPERS = 4  # document frequency of a word in the vocabulary
_ATOM = "{http://www.w3.org/2005/Atom}"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition(":")[0])
    parser.add_argument("folder", type=Path)
    papers = read_papers(parser.parse_args().folder)
    counts = count([encode(paper) for paper in papers])
    columns = np.flatnonzero(document_frequency(counts.words) >= MIN_PAPERS)
    words = counts.terms[columns]
    matrix = csr_array((counts.words.data, counts.words.indices, counts.words.indptr), shape=counts.words.shape)
    weighting = TfidfTransformer(sublinear_tf=True)
    decomposition = TruncatedSVD(DIMENSIONS, n_iter=7, random_state=0)
    decomposition.fit(weighting.fit_transform(matrix[:, columns]))
    vectors = decomposition.components_.T * weighting.idf_[:, None]
    # One byte per number, with a scale per dimension.
    scale = np.abs(vectors).max(axis=0) / 127
    rounded = np.rint(vectors / scale).astype(np.int8)
    uncentred = WordVectors(words, (rounded * scale).astype(np.float32), np.zeros(DIMENSIONS, dtype=np.float32))
    mean = uncentred.transform(counts).mean(axis=0).astype(np.float32)
    target = Path(lsa.__file__).with_name(lsa.FILE)
    with target.open("wb") as file:
        for array in (words.astype(np.uint32), rounded, scale.astype(np.float32), mean):
            np.save(file, array, allow_pickle=False)
    print(f"{len(papers)} papers, {len(words)} words, {target.stat().st_size / 1000:.0f} kB: {target}")


def read_papers(folder: Path) -> list[Paper]:
    """The papers to compute the vectors from, each once."""
    papers: dict[str, Paper] = {}
    for path in sorted((folder / "digests" / "raw").glob("*.jsonl.gz"))[:DAYS]:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for record in map(json.loads, lines):
                papers[record["id"]] = Paper(record["id"], record["title"], record["summary"])
    for path in sorted((folder / "arxiv-fixtures" / "api").glob("*.xml")):
        for entry in ElementTree.parse(path).getroot().iter(f"{_ATOM}entry"):
            paper_id, title, abstract = (entry.findtext(f"{_ATOM}{name}", "") for name in ("id", "title", "summary"))
            papers.setdefault(paper_id, Paper(paper_id, title, abstract))
    return [papers[paper_id] for paper_id in sorted(papers)]


if __name__ == "__main__":
    main()
