"""BibTeX and BibLaTeX. bibtexparser finds the entries and their fields; the values of fields are read here.

Its middlewares are not used: they leave a "#" between two texts and do not read LaTeX as arXiv writes it.
"""

import logging
import re
from collections.abc import Container, Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

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
from recommender.sources.libraries.entry import ADDRESS, Entry, find_marks
from recommender.sources.libraries.own import ids_in
from recommender.text.accents import accents
from recommender.text.dates import leading_day, leading_moment, month_number
from recommender.text.lines import one_line
from recommender.text.names import split_bibtex
from recommender.text.short import quoted

# Types that are as often web pages or programs. Others are works, also those that people make up: @masterthesis.
_NO_WORKS = frozenset(
    "misc generic online electronic internet web www webpage website url blog manual booklet software program code "
    "dataset data patent standard legislation jurisdiction legal letter presentation slides talk performance review "
    "commentary news newspaper movie video film audio music image figure artwork game artifact "
    "computerprogram newspaperarticle televisionbroadcast bill case hearing statute".split()
)
_PLACES = tuple("url journal journaltitle booktitle note howpublished number annote publisher eid pages adsurl".split())
# What else is kept of an entry, for `recommend export`; BibLaTeX's names become BibTeX's.
_RECORD = tuple(
    "journal booktitle year month volume number pages publisher series edition editor school institution organization "
    "address isbn issn keywords note howpublished chapter eid language".split()
)
# What an entry has from the volume that it is in, by its field crossref; a volume's DOI is not the paper's.
_OF_VOLUME = tuple("booktitle editor publisher series address location organization isbn issn".split())
_BIBLATEX = {"journaltitle": "journal", "location": "address", "issue": "number"}
_ADDED = ("date-added", "creationdate", "added-at", "posted-at", "timestamp")  # the last may be a change's
_LONGEST_STRING = 10_000  # characters; macros of macros could make terabytes of a few lines
_LONGEST_TITLE = 2_000  # of a title whose braces are kept
_LONGEST_VALUE = 1_000_000

# Semantic Scholar's API writes a list of types: @['JournalArticle', 'Conference']{…, its issue s2-folks#89
_TYPE_LIST = re.compile(r"^@\[[^\]\n{]*+\](?=\{)", re.MULTILINE)
_DELIMITER = re.compile(r'(?<!\\)[{}"]|#')
_RIS = re.compile(r"^[ \t]*+TY\s{1,2}-", re.MULTILINE)  # of another file that was joined to this one
_FIELD = re.compile(r"[\w-]\s?=\s?[\"{]")
_TAG = re.compile(r"<[A-Za-z/][^<>]*+>")  # of HTML on a page with BibTeX in it, where attributes are no fields
# Macros with arguments that are not all text, and what Mendeley makes of HTML: {$<$}i{$>$}.
_IN_BRACES = r"\{((?:[^{}]|\{[^{}]*+\})*+)\}"
_HREF = re.compile(rf"\\(?:href|textcolor)\s*+{_IN_BRACES}\s*+{_IN_BRACES}")
_STYLED = re.compile(rf"\\(?:textbf|textit|textsc|emph|underline|uline)\s*+{_IN_BRACES}")
_ASIDE = re.compile(rf"\\(?:footnote|thanks|(?:no|No)opsort|[Ss]ort[Nn]oop)\s*+{_IN_BRACES}")
_CHOICE = re.compile(rf"\\texorpdfstring\s*+{_IN_BRACES}\s*+{_IN_BRACES}")  # for print, and for bookmarks
_QUOTES = re.compile(rf"\\(?:enquote|textquote|mkbibquote)\*?\s*+{_IN_BRACES}")
_ANGLE = re.compile(r"\{?\$([<>])\$\}?")
_ACCENT = r"\\([`'^~\"=.uvHdb])\s?"
_LETTER = r"(?:\{([A-Za-z])\}|([A-Za-z]))"
_TWO_ACCENTS = re.compile(rf"{_ACCENT}(?:\{{{_ACCENT}{_LETTER}\}}|{_ACCENT}{_LETTER})")
_CATEGORY = re.compile(
    r"\s*+(?:id=')?([\w.-]++)"
)  # arXiv itself wrote {id='math.CO' full_name='Combinatorics'} in 2024


def read_bibtex(text: str) -> Iterator[Entry | Skipped]:
    """The entries of a .bib file in its order; an entry with an error does not harm the others."""
    blocks = list(_blocks(text))
    volumes = {block.key.lower(): block for block in reversed(blocks) if isinstance(block, _Read) and block.key}
    crossed = {block.crossref for block in blocks if isinstance(block, _Read)} - {""}
    for block in blocks:
        if not isinstance(block, _Read):
            yield block
        elif block.key.lower() in crossed and "author" not in block.fields:
            yield Skipped(
                block.line, f"no paper, but the volume of others: {quoted(_plain(block.fields.get('title', '')))}"
            )
        else:
            fields = _inherited(volumes.get(block.crossref), block.fields) | block.fields
            yield _entry(block.line, block.kind, block.key, fields)


class _Read(NamedTuple):
    """An entry as it stands, before it gets what its volume has."""

    line: int
    kind: str
    key: str
    fields: dict[str, str]

    @property
    def crossref(self) -> str:
        return one_line(self.fields.get("crossref", "")).lower()


def _inherited(volume: _Read | None, own: Container[str]) -> dict[str, str]:
    """What an entry with these fields has from its volume; its own date is not mixed with the volume's."""
    if volume is None:
        return {}
    dates = ("year", "date", "month")
    names = _OF_VOLUME if any(name in own for name in dates) else (*_OF_VOLUME, *dates)
    titled = {"booktitle": volume.fields["title"]} if "title" in volume.fields else {}
    return titled | {name: volume.fields[name] for name in names if name in volume.fields}


def _blocks(text: str) -> Iterator[_Read | Entry | Skipped]:
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
            yield _Read(line, block.entry_type.lower(), block.key, fields)
        elif isinstance(block, ParsingFailedBlock):
            yield Skipped(line, f"a brace, quote or comma is missing in or before {quoted(block.raw or '')}")
        elif isinstance(block, ImplicitComment):
            if _is_torn(block.comment):
                yield Skipped(line, f"not part of any entry: {quoted(block.comment)}")
            else:
                yield from _page(line, block.comment)


def _unwrapped(block: Block) -> Block:
    """The entry in an error block: two papers may share a key after files were joined, and a field may be repeated."""
    while isinstance(block, DuplicateBlockKeyBlock | DuplicateFieldKeyBlock) and block.ignore_error_block:
        block = block.ignore_error_block
    return block


def _page(line: int, text: str) -> Iterator[Entry]:
    """The arXiv ids of a text around entries, as of a list of papers with an entry for who cites the list."""
    for number, words in enumerate(text.split("\n"), start=line):
        if not words.lstrip().startswith("//"):
            for found in ids_in(words):
                yield Entry(number, "", eprint=found, id_is_enough=True)


def _is_torn(comment: str) -> bool:
    """Whether text between entries was meant to be in one, which a brace too many ended or no brace began."""
    is_page = "](http" in comment or "```" in comment  # Markdown
    is_field = not is_page and _FIELD.search(_TAG.sub("", comment)[:500]) is not None
    return comment.startswith("@") or is_field or _RIS.search(comment) is not None


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
    title = _with_subtitle(fields.get("title", ""), fields.get("subtitle", ""))
    places = [one_line(accents(_HREF.sub(r"\1 \2", fields[name]))) for name in _PLACES if name in fields]
    places += [value for each in fields.values() if ADDRESS.fullmatch(value := each.strip())]  # BibDesk's Bdsk-Url-1
    # Semantic Scholar and DBLP: journal = {ArXiv}, volume = {abs/1706.03762}
    places.append(f"{fields.get('journal', '')} {fields.get('volume', '')}")
    category = _category(fields)
    record = {"type": kind, "key": key, "year": _year(fields.get("date", ""))}
    for name, value in fields.items():
        if (kept := _BIBLATEX.get(name, name)) in _RECORD and value.strip():
            record[kept] = one_line(_plain(value))
    if not record["year"][:4].isdigit():
        record["year"] = _year(record["year"]) or record["year"]  # of "November 2005"
    if "{" in title and len(title) <= _LONGEST_TITLE:
        record["title"] = title  # its braces protect capitals; `recommend export` gives them back
    return Entry(
        line,
        _plain(title),
        _plain(fields.get("abstract", "")),
        split_bibtex(_composed(_unstyled(fields.get("author", "")))),
        re.sub(r"[_-]", "", kind) not in _NO_WORKS,  # Mendeley writes @web_page
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


def _with_subtitle(title: str, subtitle: str) -> str:
    """The whole title of an entry of BibLaTeX."""
    title, subtitle = one_line(title), one_line(subtitle)
    return f"{title}{'' if title.endswith((':', '?', '!')) else ':'} {subtitle}" if title and subtitle else title


def _plain(latex: str) -> str:
    """The text of a field without macros: accents as letters, links and footnotes as their own text or none."""
    text = " ".join(latex.split())
    if "\\" in text:
        text = _QUOTES.sub("“\\1”", _CHOICE.sub(r"\1", _HREF.sub(r"\2", _ASIDE.sub("", text))))
    return accents(_composed(_ANGLE.sub(r"\1", text)))


def _unstyled(names: str) -> str:
    r"""The names without the style that marks one of them, as in \textbf{Lovelace, Ada}."""
    if "\\" not in names:
        return names
    names = _HREF.sub(r"\2", _ASIDE.sub("", names))
    return _STYLED.sub(r"\1", _STYLED.sub(r"\1", names))


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
