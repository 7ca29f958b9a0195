"""BibTeX, also read by BibLaTeX."""

import re
from urllib.parse import quote

from recommender.delivery.bibliography.capitals import own, protected
from recommender.delivery.bibliography.keys import keys, year
from recommender.delivery.bibliography.kinds import kind_of
from recommender.delivery.bibliography.macros import is_harmless
from recommender.delivery.bibliography.marks import encoded, encoded_authors, in_words, marks_of
from recommender.ids import abs_url, arxiv_id, category
from recommender.results.incoming import LibraryEntry
from recommender.text.dates import MONTHS, month_number
from recommender.text.latex import is_balanced
from recommender.text.names import family_and_given

# Fields of an imported entry that are written as they were; the paper itself has the others.
_RECORD = frozenset(
    "journal booktitle volume number pages publisher series edition editor school institution organization address "
    "isbn issn keywords note howpublished chapter eid language".split()
)
_TOKEN = re.compile(r"(?P<formula>\$(?:[^$\\]|\\.)++\$)|\\\S|[&%#_$\\{}~^]", re.DOTALL)
_ESCAPES = {
    **{sign: f"\\{sign}" for sign in "&%#_$"},
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}
_ESCAPES_BY_CODE = str.maketrans(_ESCAPES)
_ESCAPES_IN_LATEX = {sign: _ESCAPES[sign] for sign in "&%#_^"}  # the other signs have a meaning in LaTeX


def write(entries: list[LibraryEntry]) -> str:
    """One entry each, @article for published papers and @misc for preprints."""
    return "\n".join(_entry(key, entry) for key, entry in zip(keys(entries), entries, strict=True))


def _entry(key: str, entry: LibraryEntry) -> str:
    paper = entry.paper
    arxiv = arxiv_id(paper.id) or ""
    title, is_title_exact = _latex(paper.title)
    abstract, is_abstract_exact = _latex(paper.abstract)
    note, is_note_exact = _latex(in_words(entry))
    fields = {
        "title": _own_title(entry) or protected(title),
        "author": " and ".join(map(_name, paper.authors)),
        "year": year(paper) or _escaped_field(entry.record.get("year", "")),
        "month": MONTHS[month - 1] if (month := _month(entry)) else "",
        "day": str(paper.submitted.day) if paper.submitted else "",
        "eprint": arxiv,
        "archiveprefix": "arXiv" if arxiv else "",
        "primaryclass": next(filter(category, paper.categories), "") if arxiv else "",
        "doi": _doi(paper.doi),
        "url": _address(abs_url(paper.id)),
        "abstract": abstract,
        **{name: _escaped_field(value) for name, value in entry.record.items() if name in _RECORD},
        "annote": note,
        **marks_of(
            entry,
            title="" if is_title_exact else encoded(paper.title),
            abstract="" if is_abstract_exact else encoded(paper.abstract),
            authors=encoded_authors(paper, ",&"),
            note="" if is_note_exact and in_words(entry) == entry.note else encoded(entry.note),
        ),
    }
    kind = kind_of(entry, 0)
    # months are macros, which a style writes out in its language
    lines = [f"  {name} = {value if name == 'month' else f'{{{value}}}'},\n" for name, value in fields.items() if value]
    return f"@{kind}{{{key},\n{''.join(lines)}}}\n"


def _own_title(entry: LibraryEntry) -> str:
    """The title of an imported entry as its author protected it; empty where it had no braces, or is dangerous."""
    title = own(entry.record.get("title", ""), entry.paper.title)
    return title if is_harmless(title) else ""


def _month(entry: LibraryEntry) -> int | None:
    """The month of a paper, 1 to 12; of one that tells no day, as its library had it: "aug", "August", "8"."""
    if entry.paper.submitted:
        return entry.paper.submitted.month
    said = entry.record.get("month", "")
    return int(said) if re.fullmatch("0?[1-9]|1[0-2]", said) else month_number(said)


def _name(name: str) -> str:
    """A name as "Family, Given", or in braces if BibTeX would cut it in the wrong place."""
    family, given = family_and_given(name)
    if (" " in name and not given) or re.search(r"\b(?:and|others|et\.?\s?al)\b|[;&]", name, re.IGNORECASE):
        return f"{{{_escaped(name)}}}"
    return ", ".join(_escaped(part) for part in (family, given) if part)


def _escaped_field(text: str) -> str:
    return _latex(text)[0]


def _doi(text: str) -> str:
    """A DOI, as an address if it has signs that only an address can encode."""
    return text if _address(text) == text else f"https://doi.org/{quote(text, safe='/:;()')}"


def _address(text: str) -> str:
    """An address with braces, backslashes and carets encoded: they would end its field too early, or be commands."""
    return re.sub(r"[{}\\^]", lambda sign: f"%{ord(sign[0]):02X}", text)


def _latex(text: str) -> tuple[str, bool]:
    r"""The text for LaTeX, and whether reading it as LaTeX gives back exactly this text.

    Formulas stay. Around them all special characters are escaped, unless the text itself is written in LaTeX,
    as "G\"odel's \emph{proof}" is; then that stays too. Neither stays where it has a command that is not allowed.
    """
    prose = _TOKEN.sub(lambda token: "" if _is_formula(token) else token[0], text)
    is_latex = re.search(r"\\\S", prose) is not None and _is_balanced(text) and "$" not in prose.replace("\\$", "")
    is_latex = is_latex and is_harmless(prose)
    escapes = _ESCAPES_IN_LATEX if is_latex and not prose.endswith("\\") else _ESCAPES

    def escape(token: re.Match[str]) -> str:
        if _is_formula(token):
            return token[0]
        if escapes is _ESCAPES_IN_LATEX and len(token[0]) == 2:
            return token[0]
        return "".join(escapes.get(sign, sign) for sign in token[0])

    return _TOKEN.sub(escape, text), escapes is _ESCAPES


def _is_formula(token: re.Match[str]) -> bool:
    return bool(token["formula"]) and _is_balanced(token[0]) and is_harmless(token[0])


def _escaped(text: str) -> str:
    return text.translate(_ESCAPES_BY_CODE)


def _is_balanced(text: str) -> bool:
    r"""Whether braces come in pairs, both to BibTeX, which counts each, and to readers that leave out "\{"."""
    return is_balanced(text) and is_balanced(text, escaped=True)
