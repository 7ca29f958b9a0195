"""Computes the word vectors that ship: `python -m benchmarks.language FOLDER [--base FILE]`.

Overwrites the vectors in the package. Only the first ten days of digests are read, which a replay uses as background
only: no paper that a benchmark ranks has influenced the vectors. The API's answers add what other papers there are.

With --base, the words of an earlier file keep their vectors, and words that are new in the folder are added. The file
that ships was made this way: its base are 12,000 words of 40,000 abstracts of 2017 and 2018, the same share from every
category of arXiv; the folder's papers (2,432 abstracts of 2025, computer science) add the words that are newer. Titles
and abstracts are arXiv's metadata, CC0.
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
from sklearn.linear_model import Ridge

from benchmarks.data import DIGESTS, FolderError, digest_files, parser, records
from recommender.paper import Paper
from recommender.ranking import encode, lsa, tokens
from recommender.ranking.counts import Counts, count, document_frequency
from recommender.ranking.lsa import WordVectors

DAYS = 10
DIMENSIONS = 32
MIN_PAPERS = 4  # document frequency of a word in the vocabulary
MAX_WORDS = 13_500  # the file has 36 bytes a word, and may have 500 kB
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
    made.add_argument("--base", type=Path, metavar="FILE", help="word vectors to extend, in the format of the package")
    arguments = made.parse_args()
    papers = read_papers(arguments.folder)
    counts = count([encode(paper) for paper in papers])
    words, vectors = extended(lsa.read(arguments.base), papers, counts) if arguments.base else decomposed(counts)
    # One byte per number, with a scale per dimension.
    scale = np.abs(vectors).max(axis=0) / 127
    rounded = np.rint(vectors / scale).astype(np.int8)
    mean = lsa.read(arguments.base).mean if arguments.base else mean_point(words, rounded * scale, counts)
    target = Path(lsa.__file__).with_name(lsa.FILE)
    with target.open("wb") as file:
        for array in (words.astype(np.uint32), rounded, scale.astype(np.float32), mean):
            np.save(file, array, allow_pickle=False)
    print(f"{len(papers)} papers, {len(words)} words, {target.stat().st_size / 1000:.0f} kB: {target}")


def decomposed(counts: Counts) -> tuple[NDArray[Any], NDArray[Any]]:
    """The most frequent words of the papers, and their vectors by singular value decomposition."""
    frequency = document_frequency(counts.words)
    frequent = np.argsort(-frequency, kind="stable")[:MAX_WORDS]
    columns = np.sort(frequent[frequency[frequent] >= MIN_PAPERS])
    matrix = csr_array((counts.words.data, counts.words.indices, counts.words.indptr), shape=counts.words.shape)
    weighting = TfidfTransformer(sublinear_tf=True)
    decomposition = TruncatedSVD(DIMENSIONS, n_iter=7, random_state=0)
    decomposition.fit(weighting.fit_transform(matrix[:, columns]))
    return counts.terms[columns], decomposition.components_.T * weighting.idf_[:, None]


def mean_point(words: NDArray[Any], vectors: NDArray[Any], counts: Counts) -> NDArray[Any]:
    """The mean of all papers in the latent space."""
    uncentred = WordVectors(words, vectors.astype(np.float32), np.zeros(vectors.shape[1], dtype=np.float32))
    return np.asarray(uncentred.transform(counts).mean(axis=0).astype(np.float32))


def extended(base: WordVectors, papers: list[Paper], counts: Counts) -> tuple[NDArray[Any], NDArray[Any]]:
    """The words and vectors of the base, and those of the most frequent words that it lacks.

    The direction of a new word is predicted from the mean point of its papers, by a linear map that is fitted to the
    words the base has; its length, from its document frequency. Of words that the base has, left out of the fit, the
    predicted vectors have a median cosine of .35 (8 to 15 papers) to .64 (40 papers and more) with their own.
    """
    words, vectors = _with_aliases(base, papers)
    terms = counts.terms[: counts.words.shape[1]]
    frequency = document_frequency(counts.words)
    place = np.minimum(np.searchsorted(words, terms), len(words) - 1)
    present = words[place] == terms
    points = WordVectors(words, vectors, np.zeros_like(base.mean)).transform(counts)
    logs = counts.words.with_data((1 + np.log(counts.words.data)).astype(np.float32))
    means = np.array([logs.rmatvec(column) for column in points.T]).T / frequency[:, None]
    idf = np.log((1 + len(papers)) / (1 + frequency)) + 1
    targets = vectors[place] / idf[:, None]
    lengths = np.linalg.norm(targets, axis=1)
    fitted = present & (frequency >= MIN_PAPERS) & (frequency <= len(papers) / 10)
    model = Ridge(1.0).fit(means[fitted], targets[fitted] / lengths[fitted, None], sample_weight=frequency[fitted])
    slope, intercept = np.polyfit(np.log(frequency[fitted]), np.log(lengths[fitted]), 1)
    missing = np.flatnonzero(~present & (frequency >= MIN_PAPERS))
    missing = missing[np.argsort(-frequency[missing], kind="stable")][: MAX_WORDS - len(words)]
    directions = model.predict(means[missing])
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    length = np.exp(intercept + slope * np.log(frequency[missing])) * idf[missing]
    all_words = np.concatenate([words, terms[missing]])
    order = np.argsort(all_words)
    return all_words[order], np.concatenate([vectors, directions * length[:, None]])[order]


def _with_aliases(base: WordVectors, papers: list[Paper]) -> tuple[NDArray[Any], NDArray[Any]]:
    """The words and vectors of the base, also under our stem where a word of the papers has another in the base.

    A base made elsewhere has the stems of Harman's rules as they are in his article.
    """
    numbers = {int(number): row for row, number in enumerate(base.words)}
    rows = dict(numbers)
    for word in sorted({word for paper in papers for word in tokens.words(f"{paper.title} {paper.abstract}")}):
        row = numbers.get(crc32(_harman(word).encode()))
        if row is not None:
            rows.setdefault(tokens.number(word), row)
    words = np.array(sorted(rows), dtype=np.uint64)
    return words, base.vectors[[rows[number] for number in words.tolist()]]


def _harman(word: str) -> str:
    """The stem by the S-stemmer of Harman, "How Effective Is Suffixing?" (1991), table 1."""
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
