"""Identifiers: arXiv ids, DOIs, arXiv categories, and the addresses of papers."""

import re
import unicodedata
from urllib.parse import quote

# New ids: YYMM.NNNN until 2014, YYMM.NNNNN since; old ids: archive[.SC]/YYMMNNN.
# https://info.arxiv.org/help/arxiv_identifier.html
# Patterns are compiled when first used, by `re` itself: quick commands need none.
_NEW_ID = r"\d{2}(?:0[1-9]|1[0-2])\.\d{4,5}"
_OLD_ID = r"[a-z]+(?:-[a-z]+)?(?:\.[a-z]+(?:-[a-z]+)?)?/\d{2}(?:0[1-9]|1[0-2])\d{3}"
ARXIV_ID = rf"(?:{_NEW_ID}|{_OLD_ID})(?:v\d+)?"
_ARXIV_REFERENCE = rf"""(?:arxiv\s*:\s*
          | (?:https?://)? (?:[\w-]+\.)* arxiv\.org/ (?:abs|pdf|html|format|ps)/
          | (?:https?://)? (?:dx\.)? doi\.org/10\.48550/arxiv\.
          | (?:doi:)? 10\.48550/arxiv\. )?
         (?P<id>{ARXIV_ID}) (?:\.pdf)? /? (?:[?\#].*)?"""

_FLAGS = re.IGNORECASE | re.VERBOSE | re.ASCII  # combined once, as it is slow

# An archive, or a category of one: two capitals, or in cond-mat and physics one or two words in small letters.
# https://arxiv.org/category_taxonomy
CATEGORY = r"[a-z]++(?:-[a-z]++)?+(?:\.(?:[A-Z]{2}|[a-z]++(?:-[a-z]++)?+))?+"

_DOI = r"(?:https?://(?:dx\.)?doi\.org/|doi:\s*)?(?P<doi>10\.\d{4,9}/\S+)"


def arxiv_id(text: str) -> str | None:
    """The arXiv id that `text` is, without version, or None.

    Takes "2005.05859", "arXiv:2005.05859v2", "hep-th/9901001", an abs, pdf or html URL, and arXiv's DOI.
    """
    match = re.fullmatch(_ARXIV_REFERENCE, text.strip(), _FLAGS)
    if match is None:
        return None
    without_version = re.sub(r"v\d+$", "", match["id"].lower())
    archive, slash, number = without_version.partition("/")
    # math.GT/0309136 and math/0309136 are one paper: the subject class is no part of an old id
    return archive.split(".")[0] + slash + number if slash else without_version


def doi(text: str) -> str | None:
    """The DOI that `text` is, in small letters, or None; takes "10.1000/x", "doi:10.1000/x" and doi.org addresses."""
    match = re.fullmatch(_DOI, text.strip(), re.IGNORECASE | re.ASCII)
    return match["doi"].lower() if match else None


def reference(text: str) -> str | None:
    """The id of the paper whose arXiv id or DOI `text` is, in any form that `arxiv_id` or `doi` takes, or None."""
    if arxiv := arxiv_id(text):
        return arxiv
    found = doi(text)
    return paper_id(doi=found) if found else None


def category(text: str) -> str | None:
    """The text if it has the form of an arXiv category or archive, else None.

    Takes "cs.CV", "cond-mat.str-el", "hep-th" and "q-bio". Whether arXiv has such a category is not checked.
    """
    return text if re.fullmatch(CATEGORY, text, re.ASCII) else None


def is_of(name: str, category: str) -> bool:
    """Whether a category is this one or belongs to this archive: "cs.CV" is of "cs.CV" and of "cs"."""
    return name == category or name.startswith(f"{category}.")


def paper_id(*, arxiv: str = "", doi: str = "", page: str = "", title: str = "") -> str:
    """The id of a paper by the first of these that it has: arXiv id, DOI, address of its page, title.

    Args:
        arxiv: as from `arxiv_id`.
        doi: as from `doi`; arXiv's own DOIs (10.48550/arXiv.…) must come as `arxiv`.
        page: an http address.
        title: any text; case, accents, signs and spaces do not count.
    """
    if arxiv:
        return arxiv
    if doi:
        return f"doi:{doi}"
    if page:
        return page
    import hashlib  # noqa: PLC0415 - slow to import, and papers with an id need none of it

    return f"title:{hashlib.sha256(plain_title(title).encode()).hexdigest()[:16]}"


def plain_title(title: str) -> str:
    """The letters and digits of a title, small and without accents: equal for all its spellings."""
    split = unicodedata.normalize("NFKD", title.encode("utf-8", "replace").decode()).casefold()
    return "".join(filter(str.isalnum, split))


def abs_url(paper_id: str) -> str:
    """The address of a paper's page on arXiv or at its publisher; empty if it has none."""
    if paper_id.startswith("doi:"):
        return f"https://doi.org/{quote(paper_id.removeprefix('doi:'), safe='/()')}"
    if paper_id.startswith("title:"):
        return ""
    return paper_id if paper_id.startswith(("http://", "https://")) else f"https://arxiv.org/abs/{paper_id}"


def pdf_url(paper_id: str) -> str:
    """The address of a paper's PDF on arXiv; empty for other papers."""
    return f"https://arxiv.org/pdf/{paper_id}" if arxiv_id(paper_id) else ""
