"""Computes the word vectors that ship: `python -m benchmarks.language FOLDER`.

Overwrites the vectors in the package. Only the first ten days of digests are read, which a replay uses as background
only: no paper that a benchmark ranks has influenced the vectors. The API's answer adds all of computer science. Titles
and abstracts are arXiv's metadata, CC0.
"""

import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
from scipy.sparse import csr_array
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfTransformer

from benchmarks.data import DIGESTS, FolderError, digest_files, parser, records
from recommender.paper import Paper
from recommender.ranking import encode, lsa
from recommender.ranking.counts import count, document_frequency
from recommender.ranking.lsa import WordVectors

DAYS = 10
DIMENSIONS = 64
MIN_PAPERS = 4  # document frequency of a word in the vocabulary
_ATOM = "{http://www.w3.org/2005/Atom}"
FOLDER_HELP = f"""\
FOLDER must hold

  {DIGESTS}     one file per announcement day, e.g. digests/raw/2025-04-01.jsonl.gz; each line is a
                               JSON object with id, title and summary
  arxiv-fixtures/api/*.xml     answers of arXiv's API

To make such a folder from the papers in your own library and from arXiv:

  python -m benchmarks.make_folder FOLDER
  mkdir -p FOLDER/arxiv-fixtures/api
  curl 'https://export.arxiv.org/api/query?search_query=cat:cs.*&max_results=1000' > FOLDER/arxiv-fixtures/api/cs.xml"""


def main() -> None:
    papers = read_papers(parser(__doc__, FOLDER_HELP).parse_args().folder)
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
    """The papers to compute the vectors from, each once.

    Raises:
        FolderError: something is missing in the folder, or damaged.
    """
    papers: dict[str, Paper] = {}
    for path in digest_files(folder, FOLDER_HELP)[:DAYS]:
        for record in records(path, ("id", "title", "summary"), FOLDER_HELP):
            papers[record["id"]] = Paper(record["id"], record["title"], record["summary"])
    answers = sorted((folder / "arxiv-fixtures" / "api").glob("*.xml"))
    if not papers or not answers:
        raise FolderError(f"no {'file arxiv-fixtures/api/*.xml' if papers else 'papers'} in {folder}", FOLDER_HELP)
    for path in answers:
        try:
            feed = ElementTree.parse(path).getroot()
        except ElementTree.ParseError as error:
            raise FolderError(f"{path}: {error}", FOLDER_HELP) from error
        for entry in feed.iter(f"{_ATOM}entry"):
            paper_id, title, abstract = (entry.findtext(f"{_ATOM}{name}", "") for name in ("id", "title", "summary"))
            papers.setdefault(paper_id, Paper(paper_id, title, abstract))
    return [papers[paper_id] for paper_id in sorted(papers)]


if __name__ == "__main__":
    main()
