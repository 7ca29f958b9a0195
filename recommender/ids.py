"""Identifiers: arXiv ids, DOIs, arXiv categories, and the addresses of papers."""

import re
import unicodedata
from functools import lru_cache
from urllib.parse import quote, unquote

# New ids: YYMM.NNNN until 2014, YYMM.NNNNN since; old ids: archive[.SC]/YYMMNNN.
# https://info.arxiv.org/help/arxiv_identifier.html
# Patterns are compiled when first used, by `re` itself: quick commands need none.
_NEW_ID = r"\d{2}(?:0[1-9]|1[0-2])\.\d{4,5}"
_OLD_ID = r"[a-z]+(?:-[a-z]+)?(?:\.[a-z]+(?:-[a-z]+)?)?/\d{2}(?:0[1-9]|1[0-2])\d{3}"
ARXIV_ID = rf"(?:{_NEW_ID}|{_OLD_ID})(?:v\d+)?"
# The end of an address before an arXiv id: at arXiv, at its mirrors, and at sites that have pages about its papers.
ARXIV_SITE = r"""(?:
    (?:arxiv\.org|ar5iv\.org|alphaxiv\.org|xxx\.(?:[a-z]+\.){0,3}[a-z]{2,6})/(?:
      abs|pdf|html|format|ps|overview|e-print|src|ftp/[a-z-]{2,9}/papers/[0-9]{4} )/
  | (?:huggingface\.co|hf\.co|arxiv-vanity\.com|emergentmind\.com)/papers/
  | \.[a-z]{2,8}/(?:[a-z]{2,9}/)?arxiv[/:]
  | (?:adsabs\.harvard\.edu|semanticscholar\.org)/(?:abs/)?arxiv:
  | doi\.org/10\.48550/arxiv\. )"""
_ARXIV_REFERENCE = rf"""(?:
    (?:(?:oai|info|doi)[:/])? (?:arxiv(?:\.org)?(?:\s(?:e-?print|preprint))?\s*[:/]?\s*|10\.48550/arxiv\.)
  | (?:https?://)? [\w.-]{{0,99}}? {ARXIV_SITE} )?
  (?P<id>{ARXIV_ID}) (?:\.pdf)? /? (?:\s?\[[\w.-]+\])? (?:[?\#].*)?"""

_FLAGS = re.IGNORECASE | re.VERBOSE | re.ASCII  # combined once, as it is slow

# An archive, or a category of one: two capitals, or in cond-mat and physics one or two words in small letters.
# https://arxiv.org/category_taxonomy
CATEGORY = r"[a-z]++(?:-[a-z]++)?+(?:\.(?:[A-Z]{2}|[a-z]++(?:-[a-z]++)?+))?+"

# A DOI ends at a space or a control character, or where the next one or an address begins: "10.1000/x;10.1000/y".
DOI = r'10\.\d{4,9}/(?:(?![;,|](?:doi:|https?:|10\.\d{4}))[^\s"\x00-\x1f\x7f-\x9f])+'
# Behind a library's proxy the site is "doi-org.proxy.example.edu" or "doi.org.proxy.example.edu".
DOI_SITE = r"doi[.-]org(?:[.:][\w.:-]{1,99})?/"
_ADDRESS = rf"(?:https?://)?(?:[\w.-]{{0,99}}[./])?{DOI_SITE}"
_DOI = rf"""(?: (?P<address>{_ADDRESS}) | (?:info:|urn:)?doi (?:\s?[:=/]\s?|\s) (?P<in>{_ADDRESS})? )?
          (?P<doi>{DOI}) (?:[\s;,|].*)?"""
_BRACKETS = {")": "(", "]": "[", "}": "{", ">": "<"}

# Preprint servers give each version a DOI of its own; Crossref and DataCite relate them by "is version of".
_PREPRINT = r"""(?P<work>
    10\.(?:21203|22541|36227|20944|6084|26434|33774|14293|12688)/\S+? (?=[/._-]v[0-9]{1,2}$)
  | 10\.(?:1101|64898|7287)/\S+? (?=v[0-9]{1,2}$)
  | 10\.[0-9]+/osf\.io/\w+? (?=_v[0-9]{1,2}$)
  | 10\.(?:12688/\S+|32388/\w+|7554/elife\.[0-9]+) (?=\.[0-9]{1,2}$) ) .*"""
_FIRST_VERSION = {"10.21203/": "/v1", "10.22541/": "/v1", "10.20944/": ".v1", "10.7287/": "v1", "10.12688/": ".1"}


@lru_cache(maxsize=4096)  # a day's papers are asked about several times, and for many readers
def arxiv_id(text: str) -> str | None:
    """The arXiv id that `text` is, without version, or None.

    Takes "2005.05859", "arXiv:2005.05859v2 [cs.CV]", "hep-th/9901001", addresses at arXiv, its mirrors and sites that
    show its papers, its DOI, and "oai:arXiv.org:2005.05859".
    """
    match = re.fullmatch(_ARXIV_REFERENCE, _visible(unquote(text) if "%" in text else text), _FLAGS)
    if match is None:
        return None
    without_version = re.sub(r"v\d+$", "", match["id"].lower())
    archive, slash, number = without_version.partition("/")
    # math.GT/0309136 and math/0309136 are one paper: the subject class is no part of an old id
    return archive.split(".")[0] + slash + number if slash else without_version


def doi(text: str) -> str | None:
    """The DOI that `text` begins with, in small letters, or None.

    Takes what exporters write: "10.1000/x", "doi:10.1000/x", "DOI 10.1000/x", "10.1000/x [doi]", several DOIs, and
    addresses of doi.org, also with "%2F" and behind a library's proxy.
    """
    match = re.fullmatch(_DOI, _visible(text), _FLAGS | re.DOTALL)
    if match is None and "%" in text:
        match = re.fullmatch(_DOI, _visible(unquote(text)), _FLAGS | re.DOTALL)
    if match is None:
        return None
    in_address = match["address"] or match["in"]
    return tidy_doi(unquote(re.sub(r"[?#].*", "", match["doi"])) if in_address else match["doi"])


def tidy_doi(text: str) -> str | None:
    """The DOI at the beginning of `text` in small letters, without marks of the text around it; None without any."""
    name = re.sub(r"(?:<|&lt;)/?(?:a|i|p|br)\b.*", "", text).replace(r"{\_}", "_").replace(r"\_", "_").lower()
    while name and (
        name[-1] in ".,;:/'’”*\\" or (name[-1] in _BRACKETS and name.count(name[-1]) > name.count(_BRACKETS[name[-1]]))
    ):
        name = name[:-1]
    return name if re.fullmatch(r"10\.\d{4,9}/.+", name, re.ASCII) and name.isprintable() else None


def doi_in_address(address: str) -> str | None:
    """The DOI within the address of a publisher's page, in small letters, or None.

    What sites put behind it is no part of it: "/full", ".pdf", Silverchair's number of the article ("/7510001") and
    bioRxiv's "v1.full".
    """
    address = _visible(unquote(address) if "%" in address else address)
    match = re.search(r"(?<![\w.])10\.[0-9]{4,9}/[^\s?#&\"<>]+", address)
    if match is None:
        return None
    name = match[0]
    before = match.string[: match.start()]
    if re.search(r"/[a-z-]*article[a-z-]*/doi/$", before):
        name = re.sub(r"(?<=[^/])/[0-9]{4,}(?:/[^/]*)?/?$", "", name)
    if "rxiv.org/" in before:
        name = re.sub(r"v[0-9]{1,3}(?:\.[a-z.-]{1,20})?$", "", name)
    name = re.sub(r"/(?:full|abstract|abs|e?pdf|pdfft|epub|fulltext|html|meta|summary|references)(?:/.*)?$", "", name)
    return tidy_doi(re.sub(r"(?:\.full)?\.(?:full|short|pdf|html?)$", "", name))


def page(text: str) -> str:
    """The address of a web page that `text` is, with a code for each character that no address has; else empty.

    Letters of all scripts stay, as browsers show them.
    """
    address = re.sub(r"[\t\r\n]", "", text.strip())  # as browsers do
    if not address.startswith(("http://", "https://")):
        return ""
    if address.isprintable() and not re.search(r'[\s"<>]', address):
        return address
    return "".join(
        sign if sign.isprintable() and sign not in ' "<>' else quote(sign, "", errors="replace") for sign in address
    )


def work_doi(doi: str) -> str:
    """The DOI without the version of a preprint, as "/v2" or ".v2": equal for all versions of one work."""
    match = re.fullmatch(_PREPRINT, doi, re.VERBOSE) if doi else None
    return match["work"] if match else doi


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


def paper_id(*, arxiv: str = "", doi: str = "", page: str = "", title: str = "", told_apart_by: str = "") -> str:
    """The id of a paper by the first of these that it has: arXiv id, DOI, address of its page, title.

    Args:
        arxiv: as from `arxiv_id`.
        doi: as from `doi`; arXiv's own DOIs (10.48550/arXiv.…) must come as `arxiv`. The versions of a preprint have
            one id.
        page: an http address, as from `page`.
        title: any text; case, accents, signs and spaces do not count.
        told_apart_by: what tells works of one title apart, such as an author and a year.
    """
    if arxiv:
        return arxiv
    if doi:
        return f"doi:{work_doi(doi)}"
    if page:
        return page
    import hashlib  # noqa: PLC0415 - slow to import, and papers with an id need none of it

    key = plain_title(title) + (f"\n{told_apart_by}" if told_apart_by else "")
    return f"title:{hashlib.sha256(key.encode()).hexdigest()[:16]}"


def plain_title(title: str) -> str:
    """The letters and digits of a title, small and without accents: equal for all its spellings."""
    split = unicodedata.normalize("NFKD", title.encode("utf-8", "replace").decode()).casefold()
    return "".join(filter(str.isalnum, split))


def abs_url(paper_id: str) -> str:
    """The address of a paper's page on arXiv or at its publisher; empty if it has none."""
    if paper_id.startswith("doi:"):
        doi = paper_id.removeprefix("doi:")
        # at these servers only the DOIs of versions resolve, and each preprint has a first one
        first_version = next((ending for start, ending in _FIRST_VERSION.items() if doi.startswith(start)), "")
        return f"https://doi.org/{quote(doi, safe='/()')}{first_version if work_doi(doi) == doi else ''}"
    if paper_id.startswith("title:"):
        return ""
    return page(paper_id) or f"https://arxiv.org/abs/{quote(paper_id, errors='replace')}"


def pdf_url(paper_id: str) -> str:
    """The address of a paper's PDF on arXiv; empty for other papers."""
    return f"https://arxiv.org/pdf/{paper_id}" if arxiv_id(paper_id) else ""


def _visible(text: str) -> str:
    """The text without the invisible characters that are copied along with an id, such as zero-width spaces."""
    if not text.isprintable():
        text = "".join(" " if sign.isspace() else sign for sign in text if unicodedata.category(sign) != "Cf")
    return text.strip()
