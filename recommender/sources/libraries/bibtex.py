"""BibTeX and BibLaTeX. bibtexparser finds the entries and their fields; the values of fields are read here.

Its middlewares are not used: they leave a "#" between two texts and do not read LaTeX as arXiv writes it.
"""

import logging
import re
from collections.abc import Iterator, Mapping
from datetime import datetime

from bibtexparser.entrypoint import parse_string
from bibtexparser.model import (
    Block,
    DuplicateBlockKeyBlock,
    DuplicateFieldKeyBlock,
    ImplicitComment,
    ParsingFailedBlock,
)
from bibtexparser.model import Entry as EntryBlock
from bibtexparser.model import String as StringBlock

from recommender.ids import category as arxiv_category
from recommender.paper import Skipped
from recommender.sources.libraries.bibtex_mend import mended
from recommender.sources.libraries.entry import Entry, find_marks
from recommender.text.accents import accents
from recommender.text.dates import leading_day, leading_moment, month_number
from recommender.text.lines import one_line
from recommender.text.names import split_bibtex
from recommender.text.short import quoted

# Types that are always works; @misc and @online are as often web pages or programs.
_WORKS = frozenset(
    "article inproceedings conference incollection inbook book mvbook collection bookinbook inreference proceedings "
    "thesis phdthesis mastersthesis bachelorsthesis techreport report unpublished preprint".split()
)
_PLACES = tuple("url journal journaltitle booktitle note howpublished number annote publisher eid pages adsurl".split())
# What else is kept of an entry, for `recommend export`; BibLaTeX's names become BibTeX's.
_RECORD = tuple(
    "journal booktitle year month volume number pages publisher series edition editor school institution organization "
    "address isbn issn keywords note howpublished chapter eid language".split()
)
_BIBLATEX = {"journaltitle": "journal", "location": "address", "issue": "number"}
_ADDED = ("date-added", "creationdate", "timestamp")
_LONGEST_STRING = 10_000  # characters; macros of macros could make terabytes of a few lines
_LONGEST_TITLE = 2_000  # of a title whose braces are kept
_LONGEST_VALUE = 1_000_000

# Semantic Scholar's API writes a list of types: @['JournalArticle', 'Conference']{…, its issue s2-folks#89
_TYPE_LIST = re.compile(r"^@\[[^\]\n{]*+\](?=\{)", re.MULTILINE)
_DELIMITER = re.compile(r'(?<!\\)[{}"]|#')
_RIS = re.compile(r"^[ \t]*+TY\s{1,2}-", re.MULTILINE)  # of another file that was joined to this one
_FIELD = re.compile(r"[\w-]\s?=\s?[\"{]")
# Macros with arguments that are not all text, and what Mendeley makes of HTML: {$<$}i{$>$}.
_IN_BRACES = r"\{((?:[^{}]|\{[^{}]*+\})*+)\}"
_HREF = re.compile(rf"\\href\s*+{_IN_BRACES}\s*+{_IN_BRACES}")
_ASIDE = re.compile(rf"\\(?:footnote|thanks)\s*+{_IN_BRACES}")
_ANGLE = re.compile(r"\{?\$([<>])\$\}?")
_ACCENT = r"\\([`'^~\"=.uvHdb])\s?"
_LETTER = r"(?:\{([A-Za-z])\}|([A-Za-z]))"
_TWO_ACCENTS = re.compile(rf"{_ACCENT}(?:\{{{_ACCENT}{_LETTER}\}}|{_ACCENT}{_LETTER})")
_CATEGORY = re.compile(
    r"\s*+(?:id=')?([\w.-]++)"
)  # arXiv itself wrote {id='math.CO' full_name='Combinatorics'} in 2024


def read_bibtex(text: str) -> Iterator[Entry | Skipped]:
    """The entries of a .bib file in its order; an entry with an error does not harm the others."""
    logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)  # its warnings are reported as skipped entries
    strings: dict[str, str] = {}
    for block in map(_unwrapped, parse_string(_TYPE_LIST.sub("@article", mended(text)), parse_stack=[]).blocks):
        line = (block.start_line or 0) + 1
        if isinstance(block, StringBlock):
            if len(value := _value(block.value, strings)) <= _LONGEST_STRING:
                strings.setdefault(block.key.lower(), value)
        elif isinstance(block, EntryBlock):
            fields: dict[str, str] = {}
            for field in block.fields:
                fields.setdefault(field.key.lower(), _value(field.value, strings))
            yield _entry(line, block.entry_type.lower(), block.key, fields)
        elif isinstance(block, ParsingFailedBlock):
            yield Skipped(line, f"a brace, quote or comma is missing in or before {quoted(block.raw or '')}")
        elif isinstance(block, ImplicitComment) and _is_torn(block.comment):
            yield Skipped(line, f"not part of any entry: {quoted(block.comment)}")


def _unwrapped(block: Block) -> Block:
    """The entry in an error block: two papers may share a key after files were joined, and a field may be repeated."""
    while isinstance(block, DuplicateBlockKeyBlock | DuplicateFieldKeyBlock) and block.ignore_error_block:
        block = block.ignore_error_block
    return block


def _is_torn(comment: str) -> bool:
    """Whether text between entries was meant to be in one, which a brace too many ended or no brace began."""
    return comment.startswith("@") or _FIELD.search(comment[:500]) is not None or _RIS.search(comment) is not None


def _value(raw: str, strings: Mapping[str, str]) -> str:
    """The value of a field: {text}, "text", 2020 or a macro's name, or several of them joined by #."""
    if "#" not in raw:
        return _piece(raw, strings)
    pieces: list[str] = []
    start, depth, quoted = 0, 0, False
    for mark in _DELIMITER.finditer(raw):
        if mark[0] == "{":
            depth += 1
        elif mark[0] == "}":
            depth -= 1
        elif mark[0] == '"':
            quoted ^= depth == 0
        elif depth == 0 and not quoted:
            pieces.append(raw[start : mark.start()])
            start = mark.end()
    texts: list[str] = []
    room = _LONGEST_VALUE  # characters
    for piece in [*pieces, raw[start:]]:
        text = _piece(piece, strings)
        room -= len(text)
        if room >= 0:
            texts.append(text)
    return "".join(texts)


def _piece(raw: str, strings: Mapping[str, str]) -> str:
    raw = raw.strip()
    if raw[:1] + raw[-1:] in ("{}", '""') and len(raw) > 1:
        return raw[1:-1]
    return strings.get(raw.lower(), raw)


def _entry(line: int, kind: str, key: str, fields: Mapping[str, str]) -> Entry:
    marks = {
        name.removeprefix("recommend-"): one_line(fields[name]) for name in fields if name.startswith("recommend-")
    }
    places = [one_line(accents(_HREF.sub(r"\1 \2", fields[name]))) for name in _PLACES if name in fields]
    # Semantic Scholar and DBLP: journal = {ArXiv}, volume = {abs/1706.03762}
    places.append(f"{fields.get('journal', '')} {fields.get('volume', '')}")
    category = _category(fields)
    record = {"type": kind, "key": key, "year": _year(fields.get("date", ""))}
    for name, value in fields.items():
        if (kept := _BIBLATEX.get(name, name)) in _RECORD and value.strip():
            record[kept] = one_line(_plain(value))
    if "{" in (title := one_line(fields.get("title", ""))) and len(title) <= _LONGEST_TITLE:
        record["title"] = title  # its braces protect capitals; `recommend export` gives them back
    return Entry(
        line,
        _plain(fields.get("title", "")),
        _plain(fields.get("abstract", "")),
        split_bibtex(_composed(fields.get("author", ""))),
        kind in _WORKS,
        leading_day(fields.get("date", "")) or leading_day(_day_in_parts(fields)),
        one_line(accents(_HREF.sub(r"\1 \2", fields.get("doi", "")))),
        _eprint(fields),
        tuple(places),
        _added_at(fields),
        (category,) if arxiv_category(category) else (),
        marks or find_marks(" ".join(places)),
        record={name: value for name, value in record.items() if value},
        note=_plain(fields.get("annote") or fields.get("annotation", "")),
    )


def _plain(latex: str) -> str:
    """The text of a field without macros: accents as letters, links and footnotes as their own text or none."""
    text = " ".join(latex.split())
    if "\\" in text:
        text = _HREF.sub(r"\2", _ASIDE.sub("", text))
    return accents(_composed(_ANGLE.sub(r"\1", text)))


def _composed(latex: str) -> str:
    r"""The text with two accents over one letter, as in Vietnamese "\~{\^e}", as that letter."""
    if "\\" not in latex:
        return latex

    def compose(match: re.Match[str]) -> str:
        outer, inner, letter = filter(None, match.groups())
        composed = accents(rf"\{inner}{{{letter}}}")
        return accents(rf"\{outer}{{{composed}}}")

    return _TWO_ACCENTS.sub(compose, latex)


def _category(fields: Mapping[str, str]) -> str:
    match = _CATEGORY.match(fields.get("primaryclass") or fields.get("eprintclass") or "")
    return match[1] if match else ""


def _eprint(fields: Mapping[str, str]) -> str:
    """The arXiv id of the field eprint; empty if it is another archive's."""
    archive = fields.get("archiveprefix") or fields.get("eprinttype") or "arxiv"
    if "arxiv" not in archive.lower():
        return ""
    eprint = one_line(fields.get("eprint") or fields.get("arxivid") or fields.get("arxiv") or "").strip("{}")
    category = _category(fields)
    # before 2007 the number alone is unique in its archive only: eprint = {9901001}, primaryClass = {hep-th}
    return f"{category}/{eprint}" if re.fullmatch(r"[0-9]{7}(?:v[0-9]+)?", eprint) and category else eprint


def _year(text: str) -> str:
    """The first year in a date, as in "2020-05", "{2020}" and "May 13, 2020"; empty if there is none."""
    return next(iter(re.findall(r"(?<![0-9])[0-9]{4}(?![0-9])", text)), "")


def _day_in_parts(fields: Mapping[str, str]) -> str:
    """ "2020-5-13" for year = 2020, month = may, day = 13, and for month = {13 May}."""
    month, day = fields.get("month", ""), fields.get("day", "")
    digits = re.search(r"[0-9]{1,2}", month)
    number = digits[0] if digits else ""
    name = re.search(r"[a-z]{3}", month.lower())
    if name and (named := month_number(name[0])):
        number, day = str(named), day or number
    return f"{fields.get('year', '').strip()}-{number}-{day.strip()}"


def _added_at(fields: Mapping[str, str]) -> datetime | None:
    # DBLP's timestamp is the moment when DBLP changed the entry
    if "dblp" in fields.get("bibsource", "").lower():
        return None
    return next((added for name in _ADDED if (added := leading_moment(fields.get(name, "")))), None)
