"""What publishers write around titles, abstracts and names in their feeds.

Each writes the abstract into another element, and into the others a line for the table of contents. Such words
("volume", "issue", "september", the authors' names) would be learnt from, and make all papers of a journal alike.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from recommender.text import names
from recommender.text.markup import blocks, plain

_LONGEST = 6_000  # characters; a longer text is the whole paper or post

_TITLE_LABEL = re.compile(  # ACS; HAL; MDPI
    r"\[ASAP\]\s*|\[[a-z_]{2,12}-[0-9]{5,9}(?:v[0-9]+)?\]\s*|[\w&:.\s-]{2,80}, Vol\. [0-9]+, Pages? [\w-]+: "
)
_BYLINE = re.compile(r"(?P<title>.+?) -- by (?P<names>.+)")  # NBER
_AUTHORS_LABEL = re.compile(r"(?:Author\(s\):|Authors?:|by (?=[A-Z]))\s*(?P<names>.*)")
_DOI_LABEL = re.compile(r".{0,80}\bDOI\s?:\s?(?P<doi>10\.\S+?),?(?:\s.{0,80})?", re.IGNORECASE)
_LABEL = re.compile(
    r"(?:Publication date|Publication name|Source|Journal|ISSN|Volumes?|Issues?|Pages?|First published"
    r"|Published(?: online)?|Updated|Comments?|PDF|Citation|Keywords?|Correspondence|View (?:article|full text)"
    r"|To cite this article"
    r"|The content of this RSS Feed|This article is licensed)\b(?::| (?=before|\(c\)|under|[0-9A-Z])).*"
)
# "Journal of Birds, Volume 12, Issue 3, Page 1-20, March 2024." at the beginning of a text, or all of it
_DATE = (
    r"(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sep|Oct|Nov|Dec|Spring|Summer|Autumn|Fall|Winter)[a-z]*\.?"
    r"\s(?:[0-9]{1,2},\s)?[0-9]{4}"
)
_CITATION = re.compile(
    rf"""(?:[^.:;]{{0,120}}?,\s)? (?:
        Vol(?:ume|\.)\s[\w.-]+ (?:,\s (?:Issue|No\.|Number)\s[\w/.\s-]+?)? (?:,\s {_DATE})?
            (?:,\s Pages?\s[\w.\s–-]+?)? (?:,\s {_DATE})?
      | (?:Ahead\sof\sPrint|Early\s?View|Accepted\s(?:Article|Manuscript)|Just\sAccepted|Advance\s(?:Article|Access))
      | (?:[A-Z][\w&.\s-]{{1,60}}?,\s)?[0-9]{{4}},\s(?:Advance\sArticle|[0-9]+,[\w\s,-]*|Accepted\sManuscript)
      | Published\sonline:\s[^;]{{4,40}};\s?\|?\s?doi:\s?10\.\S+ )
      \s?(?:\.(?=\s|$)|(?=$)|(?<=\S)\s(?=[A-Z]))\s*""",
    re.VERBOSE,
)
_CITED = re.compile(r".{2,120}, https?://doi\.org/10\.\S+, [0-9]{4}\.?")  # Copernicus
_REFERENCE = re.compile(r"\s*\[[^\[\]]{5,80}[0-9][^\[\]]*\](?:\s+Published\s[\w\s,]{5,40})?\s*$")  # APS, at the end
_HEADING = re.compile(r"(?:Abstract|ABSTRACT|Summary|SUMMARY)\b(?:\s?[:.—–-]+\s*|\s+(?=[A-Z0-9$(“\"])|$)")
_AFFILIATION = re.compile(
    r"(?P<name>[^,]*?[^,\W\d_])[a-d]? (?:Department|University|School|Institute|Faculty|College|Cent(?:re|er))\b.*"
)
_FULL_NAME = re.compile(r"(?:[^\W\d_a-z][\w.'’-]*\s)(?:[\w.'’-]+\s){0,4}[^\W\d_a-z][\w'’-]*+")
_FRONT_MATTER = (
    r"(?:(?:(?:Issue )?Publication|Issue|Editorial|Society|Subscription) Information|(?:Issue Editorial )?Masthead"
    r"|(?:Inside )?(?:Front|Back)(?: Cover| Matter)|Cover(?: Image| Picture)?|Editorial Board"
    r"|(?:Table of )?Contents(?: List)?)"
)
_NO_PAPER = re.compile(
    rf"(?:IEEE .{{3,90}} )?{_FRONT_MATTER}(?:(?:\s?[/,&‐–—-]\s?|\sand\s){_FRONT_MATTER})*+", re.IGNORECASE
)
_PROFILE_LINK = "View further author information"  # Taylor & Francis, with the affiliation before it
_TEAM = re.compile(r"\((?:(?:on behalf of|for) )?(?:the )?([^()]{2,80} (?:Collaborations?|Consortium|Group|Team))\)")
_ET_AL = re.compile(r",?\s*\bet\.? al\b\.?|,?\s*\band others\b")
_MAIL = re.compile(r"<?(?<![^\s@<>()])[^\s@<>()]+@[^\s@<>()]+>?")


def title_of(html: str) -> str:
    """The title without a label before it: "[ASAP] ", "[hal-04123456] ", "Genes, Vol. 15, Pages 1: "."""
    title = plain(html)
    label = _TITLE_LABEL.match(title)
    return title[label.end() :] if label and len(title) > label.end() else title


def without_byline(title: str) -> tuple[str, tuple[str, ...]]:
    """The title and the authors that follow it after " -- by "."""
    match = _BYLINE.fullmatch(title)
    return (match["title"], split_names(match["names"])) if match else (title, ())


def is_front_matter(title: str) -> bool:
    """Whether this is the title of no paper but of a journal's own pages, as "Issue Information" is."""
    return _NO_PAPER.fullmatch(title) is not None


def abstract_of(texts: Iterable[str], title: str, journals: Sequence[str], authors: Sequence[str] = ()) -> str:
    """The longest of the texts that an entry has, without citation lines, names and headings; empty if none is left.

    Args:
        texts: HTML, of all elements that may hold an abstract.
        journals: names of the journal and of the feed.
    """
    abstracts = [_without_citations(text, title, journals, authors) for text in texts]
    short = [text for text in abstracts if len(text) <= _LONGEST]
    return max([text for text in short if len(text) > _LONGEST // 30] or abstracts, key=len, default="")


def labelled_authors(texts: Iterable[str]) -> tuple[str, ...]:
    """The names behind "Author(s):" or "by" in the texts of an entry."""
    for text in texts:
        for block in blocks(text):
            if label := _AUTHORS_LABEL.fullmatch(block):
                return split_names(label["names"])
    return ()


def all_authors(texts: Iterable[str], authors: tuple[str, ...]) -> tuple[str, ...]:
    """The names in a line of their own that begins with these authors: some feeds state only the first as author."""
    lines = (block for text in texts for block in blocks(text) if block.startswith(authors[:1]))
    lists = (parts for parts in map(split_names, lines) if all(map(_FULL_NAME.fullmatch, parts)))
    return next((parts for parts in lists if parts[: len(authors)] == authors), authors)


def unlabelled_authors(texts: Iterable[str], title: str, journals: Sequence[str]) -> tuple[str, ...]:
    """The names in a line of their own of a text that has a line with a DOI, as RSC and Copernicus write it."""
    for text in texts:
        lines = blocks(text)
        if any(_DOI_LABEL.fullmatch(line) or _CITED.fullmatch(line) for line in lines):
            others = (line for line in lines if not (_CITATION.match(line) or _is_own_name(line, (title, *journals))))
            for parts in map(split_names, others):
                if parts and all(map(_FULL_NAME.fullmatch, parts)):
                    return parts
    return ()


def labelled_doi(texts: Iterable[str]) -> str:
    """What stands behind "DOI:" in a line of its own; it may be no DOI."""
    matches = (_DOI_LABEL.fullmatch(block) for text in texts for block in blocks(text))
    return next((match["doi"] for match in matches if match), "")


@lru_cache(maxsize=256)  # the lines of one entry are asked about several times
def split_names(html: str) -> tuple[str, ...]:
    """The names in one text, of people and of teams in brackets, without "et al." and mail addresses."""
    text = _MAIL.sub("", _ET_AL.sub("", plain(html)))
    teams = [team[1] for team in _TEAM.finditer(text)]
    return tuple(dict.fromkeys((*names.initials_first(names.split(text)), *map(names.plain, teams))))


def one_name(html: str) -> str:
    """The name in a text that holds a single one, given name first; empty if it cannot be told from an affiliation."""
    text = _MAIL.sub("", plain(html)).strip(" ;,()")
    if _PROFILE_LINK in text:
        match = _AFFILIATION.fullmatch(text)
        text = match["name"] if match and 2 <= len(match["name"].split()) <= 4 else ""
    if text[:1].isdecimal():  # an affiliation with its number
        return ""
    return names.given_first(names.plain(_ET_AL.sub("", text)))


def _without_citations(html: str, title: str, journals: Sequence[str], authors: Sequence[str]) -> str:
    listed = ", ".join(authors)
    own_names = (title, *journals, listed, f"{title}, {listed}")
    kept: list[str] = []
    for block in blocks(html):
        citation = _CITATION.match(block)
        text = _REFERENCE.sub("", block[citation.end() :] if citation else block).strip()
        is_line = any(each.fullmatch(text) for each in (_AUTHORS_LABEL, _LABEL, _DOI_LABEL, _CITED))
        is_listed = (
            bool(authors) and len(text) < 2 * len(listed) + 20 and split_names(text.rstrip(" .")) == tuple(authors)
        )
        is_name = is_listed or _is_own_name(text, own_names)
        is_heading = (match := _HEADING.match(text)) and match.end() == len(text)
        if any(map(str.isalnum, text)) and not (is_line or is_name or is_heading):
            kept.append(text)
    text = " ".join(kept)
    heading = _HEADING.match(text)
    return text[heading.end() :] if heading else text


def _is_own_name(text: str, names: Iterable[str]) -> bool:
    """Whether the text is the beginning of one of the names."""
    return any(name.casefold().startswith(text.casefold()) for name in names if name)
