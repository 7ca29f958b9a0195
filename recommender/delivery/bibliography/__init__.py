r"""Judged papers for other programs: BibTeX, RIS, CSL-JSON, CSV, JSON Lines and lists of ids.

Each format but the list of ids comes back without loss. What other programs have no field for stands in marks:
recommend-id, recommend-verdict, recommend-date and recommend-categories; a title, an abstract or authors are
marked too where the format's own field cannot hold them exactly. Marks are percent-encoded, so that they have
neither spaces nor braces and survive what those programs do to a text: they are fields in BibTeX, columns in CSV,
and words of the note in RIS (N1) and in CSL-JSON (note, which Zotero keeps as "Extra").
"""

import csv
import io
import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC

from recommender.ids import abs_url, arxiv_id
from recommender.paper import LibraryEntry, Paper
from recommender.text.dates import MONTHS

FORMATS = ("bibtex", "ris", "csl-json", "jsonl", "csv", "ids")


def write(entries: Iterable[LibraryEntry], format: str) -> str:  # noqa: A002  what `--format` calls it
    """The entries in one of FORMATS, in their order; `added_at` is the date of the verdict."""
    return _WRITERS[format]([_on_one_line(entry) for entry in entries])


def _on_one_line(entry: LibraryEntry) -> LibraryEntry:
    """The entry without line breaks, control characters and what no file can hold."""
    paper = entry.paper
    clean = Paper(
        paper.id,
        _line(paper.title),
        _line(paper.abstract),
        tuple(name for name in map(_line, paper.authors) if name),
        tuple(map(_line, paper.categories)),
        paper.submitted,
        paper.doi,
    )
    return LibraryEntry(clean, entry.added_at, entry.verdict)


_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]+")


def _line(text: str) -> str:
    return " ".join(_CONTROL.sub(" ", text).split())


# Marks


def _marks(entry: LibraryEntry, **exact: str) -> dict[str, str]:
    """What no field of the format holds, by name: {"recommend-id": "2005.05859", …}."""
    paper = entry.paper
    date = entry.added_at.astimezone(UTC).isoformat(timespec="seconds") if entry.added_at else ""
    plain = {
        "id": paper.id,
        "verdict": entry.verdict.value if entry.verdict else "",
        "date": date,
    }
    lists = {"categories": _encoded_list(paper.categories)}
    marks = {**{name: _encoded(value) for name, value in plain.items()}, **lists, **exact}
    return {f"recommend-{name}": value for name, value in marks.items() if value}


def _encoded(text: str) -> str:
    from urllib.parse import quote  # 5 ms that no other command needs

    return quote(text, safe=":/,.()+-")


def _encoded_authors(paper: Paper, unfit: str) -> str:
    """The authors, where a name has a character that the format's own field separates names with."""
    odd = any(sign in name for name in paper.authors for sign in unfit)
    return _encoded_list(paper.authors) if odd else ""


def _encoded_list(texts: Iterable[str]) -> str:
    return ";".join(map(_encoded, texts))


def _note(marks: Mapping[str, str]) -> str:
    return " ".join(f"{name}: {value}" for name, value in marks.items())


# Names and keys

_GROUP = re.compile(
    r"(?:collaboration|consortium|team|group|project|initiative|network|university|institute|foundation)s?\b",
    re.IGNORECASE,
)
_GENERATION = re.compile(r"(?:jr|sr)\.?|I{1,3}|IV", re.IGNORECASE)
_STOP_WORDS = frozenset("a an the on of for in to and with from by at is are do does towards toward via using".split())


def _parts(name: str) -> tuple[str, str]:
    """ "van der Berg" and "Jan"; a single word and an organisation have no second part."""
    words = name.split(" ")
    if len(words) == 1 or "," in name or _GROUP.search(name):
        return name, ""
    last = len(words) - (2 if len(words) > 2 and _GENERATION.fullmatch(words[-1]) else 1)
    particle = next((at for at in range(1, last) if words[at][:1].islower()), last)
    return " ".join(words[particle:]), " ".join(words[:particle])


def _family_first(name: str) -> str:
    return ", ".join(filter(None, _parts(name)))


def _year(paper: Paper) -> str:
    """Of submission, which arXiv's ids tell as well."""
    if paper.submitted:
        return f"{paper.submitted.year:04}"
    if not arxiv_id(paper.id):
        return ""
    short = paper.id.rpartition("/")[2][:2]
    return f"19{short}" if short > "90" else f"20{short}"


def _keys(entries: Iterable[LibraryEntry]) -> list[str]:
    """Keys to cite by, like lovelace2005neural; each once."""
    used: dict[str, int] = {}
    keys: list[str] = []
    for entry in entries:
        paper = entry.paper
        words = (_ascii(word) for word in re.split(r"[\s\-–—:/]+", paper.title))
        word = next((word for word in words if word and word not in _STOP_WORDS), "")
        family = _ascii(_parts(paper.authors[0])[0]) if paper.authors else ""
        stem = f"{family}{_year(paper)}{word}"[:60] or "paper"
        used[stem] = used.get(stem, 0) + 1
        # a stem is followed by a hyphen nowhere else, so that a numbered key is no other paper's
        keys.append(stem if used[stem] == 1 else f"{stem}-{used[stem]}")
    return keys


def _ascii(word: str) -> str:
    folded = unicodedata.normalize("NFKD", word).lower()
    return re.sub(r"[^a-z0-9]", "", folded)


# BibTeX

_TOKEN = re.compile(r"(?P<formula>\$(?:[^$\\]|\\.)++\$)|\\\S|[&%#_$\\{}~^]", re.DOTALL)
_SPECIAL = {
    **{sign: f"\\{sign}" for sign in "&%#_$"},
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}
_SPECIAL_BY_CODE = str.maketrans(_SPECIAL)
_IN_LATEX = {sign: _SPECIAL[sign] for sign in "&%#_^"}  # the others are LaTeX there


def _bibtex(entries: list[LibraryEntry]) -> str:
    return "\n".join(_bibtex_entry(key, entry) for key, entry in zip(_keys(entries), entries, strict=True))


def _bibtex_entry(key: str, entry: LibraryEntry) -> str:
    paper = entry.paper
    on_arxiv = bool(arxiv_id(paper.id))
    title, exact_title = _latex(paper.title)
    abstract, exact_abstract = _latex(paper.abstract)
    fields = {
        "title": title,
        "author": " and ".join(map(_bibtex_name, paper.authors)),
        "year": _year(paper),
        "month": MONTHS[paper.submitted.month - 1] if paper.submitted else "",
        "day": str(paper.submitted.day) if paper.submitted else "",
        "eprint": paper.id if on_arxiv else "",
        "archiveprefix": "arXiv" if on_arxiv else "",
        "primaryclass": paper.categories[0] if on_arxiv and paper.categories else "",
        "doi": _address(paper.doi),
        "url": _address(abs_url(paper.id)),
        "abstract": abstract,
        **_marks(
            entry,
            title="" if exact_title else _encoded(paper.title),
            abstract="" if exact_abstract else _encoded(paper.abstract),
            authors=_encoded_authors(paper, ","),
        ),
    }
    kind = "article" if paper.doi else "misc"
    # months are macros, which a style writes out in its language
    lines = [f"  {name} = {value if name == 'month' else f'{{{value}}}'},\n" for name, value in fields.items() if value]
    return f"@{kind}{{{key},\n{''.join(lines)}}}\n"


def _bibtex_name(name: str) -> str:
    family, given = _parts(name)
    escaped = [_escaped(part) for part in (family, given) if part]
    if (" " in name and not given) or re.search(r"\b(?:and|others)\b", name, re.IGNORECASE):
        return f"{{{_escaped(name)}}}"
    return ", ".join(escaped)


def _address(text: str) -> str:
    """A DOI or an address as it is, but for the braces and backslashes that would end its field too early."""
    return re.sub(r"[{}\\]", lambda sign: f"%{ord(sign[0]):02X}", text)


def _latex(text: str) -> tuple[str, bool]:
    r"""The text for LaTeX, and whether reading it as LaTeX gives back just this text.

    Formulas stay. Around them all special characters are escaped, unless the text itself is written in LaTeX,
    as "G\"odel's \emph{proof}" is; then that stays too.
    """
    prose = _TOKEN.sub(lambda token: "" if token["formula"] and _is_balanced(token[0]) else token[0], text)
    written = re.search(r"\\\S", prose) is not None and _is_balanced(text) and "$" not in prose.replace("\\$", "")
    special = _IN_LATEX if written and not prose.endswith("\\") else _SPECIAL

    def escape(token: re.Match[str]) -> str:
        if token["formula"] and _is_balanced(token[0]):
            return token[0]
        if special is _IN_LATEX and len(token[0]) == 2:
            return token[0]
        return "".join(special.get(sign, sign) for sign in token[0])

    return _TOKEN.sub(escape, text), special is _SPECIAL


def _escaped(text: str) -> str:
    return text.translate(_SPECIAL_BY_CODE)


def _is_balanced(text: str) -> bool:
    r"""Whether braces come in pairs, both to BibTeX, which counts each, and to readers that leave out "\{"."""
    for braces in (re.findall(r"[{}]", text), re.findall(r"(?<!\\)[{}]", text)):
        depth = 0
        for brace in braces:
            depth += 1 if brace == "{" else -1
            if depth < 0:
                return False
        if depth:
            return False
    return True


# The others


def _ris(entries: list[LibraryEntry]) -> str:
    return "".join(_ris_entry(key, entry) for key, entry in zip(_keys(entries), entries, strict=True))


def _ris_entry(key: str, entry: LibraryEntry) -> str:
    paper = entry.paper
    lines = [
        ("TY", "JOUR" if paper.doi else "UNPB"),
        ("ID", key),
        ("TI", paper.title),
        *(("AU", _family_first(name)) for name in paper.authors),
        ("AB", paper.abstract),
        ("PY", _year(paper)),
        ("DA", paper.submitted.strftime("%Y/%m/%d/") if paper.submitted else ""),
        ("DO", paper.doi),
        ("UR", abs_url(paper.id)),
        ("PB", "arXiv" if arxiv_id(paper.id) else ""),
        ("N1", _note(_marks(entry, authors=_encoded_authors(paper, ",")))),
    ]
    return "".join(f"{tag}  - {value}\n" for tag, value in lines if value) + "ER  - \n\n"


def _csl_json(entries: list[LibraryEntry]) -> str:
    items = [_csl_item(key, entry) for key, entry in zip(_keys(entries), entries, strict=True)]
    return json.dumps(items, ensure_ascii=False, indent=2) + "\n"


def _csl_item(key: str, entry: LibraryEntry) -> dict[str, object]:
    paper = entry.paper
    day, year = paper.submitted, _year(paper)
    date = [day.year, day.month, day.day] if day else [int(year)] if year else []
    item: dict[str, object] = {
        "id": key,
        "type": "article-journal" if paper.doi else "article",  # CSL's "article" is a preprint
        "title": paper.title,
        "author": [_csl_name(name) for name in paper.authors],
        "abstract": paper.abstract,
        "issued": {"date-parts": [date]} if date else None,
        "DOI": paper.doi,
        "URL": abs_url(paper.id),
        "publisher": "arXiv" if arxiv_id(paper.id) else "",
        "number": f"arXiv:{paper.id}" if arxiv_id(paper.id) else "",
        "note": _note(_marks(entry)),
    }
    return {name: value for name, value in item.items() if value}


def _csl_name(name: str) -> dict[str, str]:
    family, given = _parts(name)
    return {"family": family, "given": given} if given else {"literal": name}


def _csv(entries: list[LibraryEntry]) -> str:
    """Zotero's names for the columns, then ours."""
    file = io.StringIO(newline="")
    marked = [_marks(entry, authors=_encoded_authors(entry.paper, ",;")) for entry in entries]
    zotero = ("Item Type", "Publication Year", "Author", "Title", "DOI", "Url", "Abstract Note", "Date", "Date Added")
    ours = [f"recommend-{name}" for name in ("id", "verdict", "date", "categories", "authors")]
    table = csv.writer(file, lineterminator="\n")
    table.writerow([*zotero, *ours])
    for entry, marks in zip(entries, marked, strict=True):
        paper = entry.paper
        row = [
            "journalArticle" if paper.doi else "preprint",
            _year(paper),
            "; ".join(map(_family_first, paper.authors)),
            paper.title,
            paper.doi,
            abs_url(paper.id),
            paper.abstract,
            paper.submitted.isoformat() if paper.submitted else _year(paper),
            entry.added_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S") if entry.added_at else "",
        ]
        table.writerow(row + [marks.get(name, "") for name in ours])
    return file.getvalue()


def _jsonl(entries: list[LibraryEntry]) -> str:
    return "".join(json.dumps(_record(entry), ensure_ascii=False) + "\n" for entry in entries)


def _record(entry: LibraryEntry) -> dict[str, object]:
    paper = entry.paper
    return {
        "id": paper.id,
        "title": paper.title,
        "authors": list(paper.authors),
        "abstract": paper.abstract,
        "categories": list(paper.categories),
        "submitted": paper.submitted.isoformat() if paper.submitted else None,
        "doi": paper.doi,
        "verdict": entry.verdict.value if entry.verdict else None,
        "date": entry.added_at.astimezone(UTC).isoformat(timespec="seconds") if entry.added_at else None,
    }


def _ids(entries: list[LibraryEntry]) -> str:
    return "".join(f"{entry.paper.id}\n" for entry in entries)


_WRITERS: dict[str, Callable[[list[LibraryEntry]], str]] = {
    "bibtex": _bibtex,
    "ris": _ris,
    "csl-json": _csl_json,
    "jsonl": _jsonl,
    "csv": _csv,
    "ids": _ids,
}
