"""Types of entries: by one program's name for a type, another's."""

from recommender.results.incoming import LibraryEntry

# BibTeX's name, RIS's, CSL's and Zotero's, then the names that other programs and versions give to the same type.
_KINDS = [
    "article JOUR article-journal journalArticle | ejour mgzn magazinearticle article-magazine article-newspaper abst",
    "inproceedings CPAPER paper-conference conferencePaper | conference conf",
    "incollection CHAP chapter bookSection | inbook echap inreference suppbook encyclopediaarticle entry-encyclopedia",
    "proceedings CONF book book | mvproceedings",
    "book BOOK book book | mvbook collection mvcollection ebook edbook reference",
    "phdthesis THES thesis thesis | thesis mastersthesis bachelorsthesis",
    "techreport RPRT report report | report standard stand",
    "unpublished UNPB manuscript manuscript | unpd inpr manscpt",
    "misc UNPB article preprint | preprint gen online electronic www posted-content",
]
_EQUAL = {"journal": "article", "conferenceproceedings": "inproceedings", "booksection": "incollection", "j": "article"}


def kind_of(entry: LibraryEntry, program: int) -> str:
    """The entry's type in the words of a program: 0 BibTeX, 1 RIS, 2 CSL, 3 Zotero.

    A type that was imported stays what it was; other papers are articles if they have a DOI, else preprints.
    """
    stated = entry.record.get("type", "")
    names = _NAMES.get(stated.lower().replace(" ", "").replace("journalarticle", "article"))
    if names is None:
        return (_NAMES["article"] if entry.paper.doi else _NAMES["misc"])[program]
    # BibTeX's own types stay as they are: @mastersthesis is no @phdthesis
    return stated.lower() if program == 0 and stated.lower() in _OF_BIBTEX else names[program]


def publisher_of(entry: LibraryEntry) -> str:
    """Who published the work: BibTeX has names of its own for the publishers of theses and reports."""
    names = ("publisher", "school", "institution", "organization")
    return next((entry.record[name] for name in names if entry.record.get(name)), "")


_NAMES: dict[str, list[str]] = {}
for _line in reversed(_KINDS):  # the first line that has a name counts
    _own, _, _others = _line.partition(" | ")
    for _name in [*_own.split(), *_others.split()]:
        _NAMES[_name.lower()] = _own.split()
_NAMES |= {name: _NAMES[same] for name, same in _EQUAL.items()}
_OF_BIBTEX = frozenset(
    "article inproceedings conference incollection inbook book proceedings phdthesis mastersthesis techreport misc "
    "unpublished thesis report collection mvbook mvcollection mvproceedings inreference online".split()
)
