"""arXiv ids and addresses in any text: a list of papers, a bibliography, a mail."""

import re

from recommender.errors import SourceError
from recommender.ids import ARXIV_ID, arxiv_id

_ID = re.compile(
    rf"""(?: arxiv\s*:\s* | arxiv\.org/(?:abs|pdf|html|format|ps)/ | 10\.48550/arxiv\. | (?<![\w./-]) )
         ({ARXIV_ID}) (?![\w/])""",
    re.IGNORECASE | re.ASCII | re.VERBOSE,
)


def find_ids(text: str) -> list[str]:
    """The arXiv ids that a text names, without version, each once, in the text's order.

    Raises:
        SourceError: it names none.
    """
    found = [arxiv_id(match[1]) for match in _ID.finditer(text)]
    ids = list(dict.fromkeys(paper_id for paper_id in found if paper_id))
    if not ids:
        raise SourceError("no arXiv id in it; expected some like 2005.05859, hep-th/9901001 or an arXiv address")
    return ids
