"""Makes the word vectors that ship: `python benchmarks/language.py FOLDER`.

FOLDER holds `digests/raw/DAY.jsonl.gz` and `arxiv-fixtures/api/*.xml`. Only the first ten days are read, which a replay
uses as background alone: no paper that a benchmark ranks has shaped the vectors. The API's answer adds all of
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
from recommender.ranking import lsa, tokens
from recommender.ranking.counts import count, paper_frequency
from recommender.ranking.lsa import Language

DAYS = 10
DIMENSIONS = 64
LEAST_PAPERS = 4  # a word must be in
_ATOM = "{http://www.w3.org/2005/Atom}"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition(":")[0])
    parser.add_argument("folder", type=Path)
    papers = read_papers(parser.parse_args().folder)
    counts = count([tokens.encode(paper) for paper in papers])
    known = np.flatnonzero(paper_frequency(counts.words) >= LEAST_PAPERS)
    entries = counts.words.data, counts.words.indices, counts.words.indptr
    words = counts.terms[known]
    weights = TfidfTransformer(sublinear_tf=True)
    decomposition = TruncatedSVD(DIMENSIONS, n_iter=7, random_state=0)
    decomposition.fit(weights.fit_transform(csr_array(entries, shape=counts.words.shape)[:, known]))
    idf = weights.idf_
    vectors = decomposition.components_.T * idf[:, None]
    scale = np.abs(vectors).max(axis=0) / 127
    rounded = np.rint(vectors / scale).astype(np.int8)
    plain = Language(words, (rounded * scale).astype(np.float32), np.zeros(DIMENSIONS, dtype=np.float32))
    target = Path(lsa.__file__).with_name(lsa.FILE)
    middle = plain.place(counts).mean(axis=0).astype(np.float32)
    with target.open("wb") as file:
        for array in (words.astype(np.uint32), rounded, scale.astype(np.float32), middle):
            np.save(file, array, allow_pickle=False)
    print(f"{len(papers)} papers, {len(words)} words, {target.stat().st_size / 1000:.0f} kB: {target}")


def read_papers(folder: Path) -> list[Paper]:
    """The papers to learn from, each once."""
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
