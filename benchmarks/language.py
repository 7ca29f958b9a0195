"""Computes the word vectors that ship: `python -m benchmarks.language FOLDER [--fields FILE]`.

Overwrites the vectors in the package. Only the first ten days of digests are read, which a replay uses as background
only: no paper that a benchmark ranks has influenced the vectors. The API's answer adds all of computer science. Titles
and abstracts are arXiv's metadata, CC0.

With --fields, the spaces of another file are put before that of the folder, cut to their longest vectors. The file that
ships was made this way. Its first space is the decomposition of 40,000 abstracts of 2017 and 2018, balanced over the
categories of arXiv, with Harman's stems; its second is of 2,432 abstracts of computer science of 2025. A folder with
abstracts of all fields gives such a first space too.
"""

import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfTransformer

from benchmarks.data import DIGESTS, FolderError, digest_files, parser, records
from recommender.paper import Paper
from recommender.ranking import encode, lsa, tokens
from recommender.ranking.counts import Counts, count, document_frequency
from recommender.ranking.lsa import WordVectors

DAYS = 10
DIMENSIONS = 32
MIN_PAPERS = 5  # document frequency of a word in the vocabulary
FIELD_WORDS = 9_500  # a word has 36 bytes, and the whole file may have 500 kB
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
    made = parser(__doc__, FOLDER_HELP)
    made.add_argument("--fields", type=Path, metavar="FILE", help="word vectors of more fields, to put before these")
    arguments = made.parse_args()
    papers = read_papers(arguments.folder)
    spaces = [
        trimmed(with_aliases(space, papers)) for space in (lsa.read(arguments.fields) if arguments.fields else ())
    ]
    spaces.append(decomposed(count([encode(paper) for paper in papers])))
    target = Path(lsa.__file__).with_name(lsa.FILE)
    with target.open("wb") as file:
        for space in spaces:
            scale, rounded = _rounded(space.vectors)
            for array in (space.words.astype(np.uint32), rounded, scale, space.mean.astype(np.float32)):
                np.save(file, array, allow_pickle=False)
    words = " and ".join(str(len(space.words)) for space in spaces)
    print(f"{len(papers)} papers, {words} words, {target.stat().st_size / 1000:.0f} kB: {target}")


def decomposed(counts: Counts) -> WordVectors:
    """The words of the papers and their vectors by singular value decomposition."""
    columns = np.flatnonzero(document_frequency(counts.words) >= MIN_PAPERS)
    words = counts.terms[columns]
    matrix = csr_array((counts.words.data, counts.words.indices, counts.words.indptr), shape=counts.words.shape)
    weighting = TfidfTransformer(sublinear_tf=True)
    decomposition = TruncatedSVD(DIMENSIONS, n_iter=7, random_state=0)
    decomposition.fit(weighting.fit_transform(matrix[:, columns]))
    scale, rounded = _rounded(decomposition.components_.T * weighting.idf_[:, None])
    uncentred = WordVectors(words, rounded * scale, np.zeros(DIMENSIONS, dtype=np.float32))
    return uncentred._replace(mean=uncentred.transform(counts).mean(axis=0))


def trimmed(space: WordVectors) -> WordVectors:
    """The FIELD_WORDS words with the longest vectors: the rarest words have the shortest."""
    length = np.linalg.norm(space.vectors, axis=1)
    longest = np.sort(np.argsort(-length, kind="stable")[:FIELD_WORDS])
    return WordVectors(space.words[longest], space.vectors[longest], space.mean)


def with_aliases(space: WordVectors, papers: list[Paper]) -> WordVectors:
    """The space with a word of the papers also under our stem, where it has another stem in the space.

    A space made elsewhere has the stems of Harman's rules as they are in his article.
    """
    numbers = {int(number): row for row, number in enumerate(space.words)}
    rows = dict(numbers)
    for word in sorted({word for paper in papers for word in tokens.words(f"{paper.title} {paper.abstract}")}):
        row = numbers.get(crc32(_harman(word).encode()))
        if row is not None:
            rows.setdefault(tokens.number(word), row)
    words = np.array(sorted(rows), dtype=np.uint64)
    return WordVectors(words, space.vectors[[rows[number] for number in words.tolist()]], space.mean)


def _rounded(vectors: NDArray[Any]) -> tuple[NDArray[np.float32], NDArray[np.int8]]:
    """One byte per number, with a scale per dimension."""
    scale = (np.abs(vectors).max(axis=0) / 127).astype(np.float32)
    return scale, np.rint(vectors / scale).astype(np.int8)


def _harman(word: str) -> str:
    """The stem by the S-stemmer of Harman, "How Effective Is Suffixing?" (1991)."""
    if len(word) <= 3:
        return word
    if word.endswith("ies") and word[-4] not in "ea":
        return f"{word[:-3]}y"
    if word.endswith("es") and word[-3] not in "aeo":
        return word[:-1]
    return word[:-1] if word.endswith("s") and word[-2] not in "us" else word


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
