"""Rules that can match no paper are refused when they are made."""

from recommender import services
from recommender.errors import ProfileError
from recommender.ids import is_of
from recommender.paper import NudgeKind
from recommender.services import changes
from recommender.services.reader import Reader
from recommender.store.search import Query, find
from recommender.text import taxonomy
from recommender.text.persons import is_family_alone, parse, same

_LOOKED_AT = 20  # newest papers by authors of a family name


def check_author(reader: Reader, name: str) -> None:
    """Raise ProfileError if no paper can be by an author of this name, as with a family name alone."""
    kind = name.partition(":")[0].lower()
    if kind in (NudgeKind.WORD.value, NudgeKind.CATEGORY.value):
        raise ProfileError(f"{name!r} is no author's name; `recommend boost` raises papers by a word or a category")
    if not any(map(str.isalpha, name)):
        raise ProfileError(f"{name!r} is no author's name: it has no letter")
    wanted = parse(name)
    if len(wanted.letters) == 1 and wanted.letters.isascii():
        raise ProfileError(f"{name!r} is an initial alone; write the family name too, as in “J. Doe”")
    seen = services.visible.also(reader) if reader.in_group else None
    found = find(reader.library, Query(authors=(name,), unannounced=seen), _LOOKED_AT)
    names = [author for match in found for author in match.paper.authors]
    authors = [author for author in names if parse(author).family == wanted.letters]
    if authors and not any(same(wanted, parse(author)) for author in names):
        raise ProfileError(
            f"{name!r} is a family name alone, which matches no paper; write the given name or an initial too, as in "
            f"“{authors[0]}”"
        )
    if not authors and is_family_alone(name):
        reader.progress.warn(
            f"“{name}” alone is nobody who signs with a given name; write an initial too, as in “J. {name}”"
        )


def check_category(reader: Reader, name: str) -> None:
    """Raise ProfileError unless arXiv has this category or archive, or a paper here is in it."""
    if name.lower() in map(str.lower, taxonomy.CATEGORIES):
        return
    seen = services.visible.also(reader) if reader.in_group else None
    found = find(reader.library, Query(categories=(name,), unannounced=seen), 1)  # other sources may have other ones
    if not any(is_of(each.lower(), name.lower()) for match in found for each in match.paper.categories):
        changes.check_category(name)
