"""RIS: one field a line; "TY  - " begins an entry and "ER  - " ends it."""

import re
from collections.abc import Iterator, Sequence

from recommender.paper import Skipped
from recommender.sources.libraries.entry import Entry, find_marks
from recommender.sources.libraries.own import ids_in
from recommender.text.dates import leading_day
from recommender.text.lines import one_line
from recommender.text.names import people
from recommender.text.short import quoted

_LINE = re.compile(r"([A-Z][A-Z0-9])\s{1,2}-(?:\s(.*))?")
_BIBTEX = re.compile(r"\s*+@\w++\s?[{(]")  # begins an entry, where files were joined
_TAGS = frozenset(
    "TY ER A1 A2 A3 A4 AB AD AN AU AV BT C1 C2 C3 C4 C5 C6 C7 C8 CA CN CP CT CY DA DB DI DO DP ED EP ET H1 H2 ID IS "
    "J1 J2 JA JF JO KW L1 L2 L3 L4 LA LB LK M1 M2 M3 N1 N2 NV OP PB PP PY RI RN RP SE SN SP ST T1 T2 T3 TA TI TT "
    "U1 U2 U3 U4 U5 UR VL VO Y1 Y2".split()
)
_TEXTS = ("AB", "N1", "N2", "T1", "TI")  # long texts, which some exporters wrap
_RECORD = {
    "type": ("TY",),
    "key": ("ID",),
    "journal": ("JF", "JO", "T2", "JA", "J2"),
    "volume": ("VL",),
    "number": ("IS",),
    "publisher": ("PB",),
    "edition": ("ET",),
    "address": ("CY",),
    "issn": ("SN",),
    "language": ("LA",),
}
# Types that are as often web pages or programs. Others are works, also those that people make up: "TY  - PREPRINT".
_NO_WORKS = frozenset(
    "ADVS AGGR ANCIENT ART BILL BLOG CASE CHART CLSWK COMP CTLG DATA DBASE DICT ELEC EQUA FIGURE GEN GOVDOC GRANT HEAR "
    "ICOMM LEGAL MAP MISC MPCT MULTI MUSIC NEWS PAMP PAT PCOMM SLIDE SOFTWARE SOUND STAND STAT UNBILL VIDEO WEB "
    "WEBPAGE WEBSITE".split()
)
_PLACES = ("UR", "L1", "L2", "AN", "ID", "JO", "JF", "JA", "J2", "T2", "M1", "M2", "M3", "N1", "PB", "C1", "C7", "SP")
_MARKED = ("N1", "M1", "M2", "RN")


def read_ris(text: str) -> Iterator[Entry | Skipped]:
    """The entries in the order of the text; a line without a tag continues the field before it.

    Some programs write the type after other fields; these count for the entry that it begins.
    """
    fields: list[tuple[str, list[str]]] = []  # each tag with the lines of its text
    early: list[tuple[int, str, str]] = []  # line, tag and text before the type
    begun = 0  # the line that began the entry; 0 between entries
    indent = ""  # of the line that began it: all of an entry may be indented, as on a page
    for number, whole_line in enumerate(text.split("\n"), start=1):
        line = whole_line.removeprefix(indent)
        tag, value = _tag_of(line, fields[-1][0] if begun else "")
        if tag in ("TY", "ER") and begun:
            yield _entry(begun, fields)
            begun = 0
        if tag == "TY":
            has_title = any(each in ("TI", "T1") for _, each, _ in early)
            fields = [(each, [text]) for _, each, text in early] if has_title else []
            if not has_title:
                yield from map(_without_type, early)
            begun, early = number, []
            indent = whole_line[: len(whole_line) - len(whole_line.lstrip(" \t"))]
        if begun and tag:
            fields.append((tag, [value]))
        elif begun:
            fields[-1][1].append(line)
        elif tag and tag != "ER":
            early.append((number, tag, value))
        elif tag == "ER" or not line.strip():
            yield from map(_without_type, early)
            early = []
        elif _BIBTEX.match(line):
            yield Skipped(number, f"BibTeX among RIS; import it as a file of its own: {quoted(line)}")
        else:  # a page with RIS in it
            yield from (Entry(number, "", eprint=found, id_is_enough=True) for found in ids_in(line))
    if begun:
        yield _entry(begun, fields)
    yield from map(_without_type, early)


def _without_type(early: tuple[int, str, str]) -> Skipped:
    number, tag, value = early
    return Skipped(number, f'"TY  - " is missing before {quoted(f"{tag}  - {value}")}')


def _tag_of(line: str, before: str) -> tuple[str, str]:
    """The tag of a line and its text; no tag where the line continues the text of the tag `before`.

    A wrapped text may have lines that look like tags: "ER  - positive tumours", "  AB  - antibodies".
    """
    match = _LINE.fullmatch(line.strip())
    if match is None:
        return "", line
    tag, value = match[1], (match[2] or "").strip()
    is_end = tag == "ER" and value == ""
    is_start = tag == "TY" and re.fullmatch(r"[A-Z]{2,8}", value) is not None
    is_indented = line[:1].isspace()
    in_text = before in _TEXTS and (
        is_indented or tag not in _TAGS or (tag in ("TY", "ER") and not (is_start or is_end))
    )
    return ("", line) if in_text else (tag, match[2] or "")


def _entry(line: int, lines: Sequence[tuple[str, list[str]]]) -> Entry:
    fields: dict[str, list[str]] = {}
    for tag, parts in lines:
        fields.setdefault(tag, []).append(one_line(" ".join(parts)))

    def values(*tags: str) -> list[str]:
        return [value for tag in tags for value in fields.get(tag, ()) if value]

    record = {name: next(iter(values(*tags)), "") for name, tags in _RECORD.items()}
    record["pages"] = "--".join(dict.fromkeys(values("SP")[:1] + values("EP")[:1]))
    record["year"] = next(iter(re.findall(r"[0-9]{4}", " ".join(values("PY", "Y1", "DA")))), "")
    record["keywords"] = ", ".join(values("KW"))
    record["editor"] = " and ".join(values("A2", "ED"))
    return Entry(
        line,
        next(iter(values("TI", "T1", "CT", "BT")), ""),
        next(iter(values("AB", "N2")), ""),
        tuple(name for value in values("A1", "AU") for name in people(value)),
        _NO_WORKS.isdisjoint(map(str.upper, values("TY"))),
        next((submitted for value in values("DA", "Y1", "PY") if (submitted := leading_day(value))), None),
        next(iter(values("DO", "DI")), ""),
        places=tuple(values(*_PLACES)),
        marks=find_marks(" ".join(values(*_MARKED))),
        record={name: value for name, value in record.items() if value},
    )
