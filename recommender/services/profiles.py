"""Create, list, change and reset the profiles of a home; prune the library they share."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

from recommender import __version__, files, ranking, services
from recommender.errors import ProfileError, StoreError
from recommender.paper import Nudge, NudgeKind
from recommender.profile import ARXIV, Profile, author, is_remote, nudge
from recommender.results.profiles import Places, ProfileSummary, PruneReport, RuleChange, Stats
from recommender.scheduling import actions
from recommender.services import changes
from recommender.services.reader import Reader
from recommender.services.requests import NewProfile
from recommender.store import housekeeping, settings, settings_edit
from recommender.store.reading_list import ReadingList
from recommender.text.lines import one_line


def settings_for(reader: Reader, new: NewProfile, *, elsewhere: bool = False) -> Profile:
    """The settings that a new profile would have. Writes nothing.

    Args:
        elsewhere: it will not be in this home, where its name may be taken.

    Raises:
        ProfileError: the name is none or taken, the starter does not exist, or a category is none.
    """
    path = reader.home.own_settings_file(new.name)
    if not elsewhere and path.exists() and not reader.home.unfinished_file(new.name).exists():
        raise ProfileError(f"profile {new.name!r} exists already: edit {path}, or choose another name")
    # a shipped profile that was tried is the same one with settings of the reader's own
    starter = new.starter or (new.name if new.name in reader.home.starter_names() else None)
    base = reader.home.starter(starter) if starter else Profile(new.name)
    categories = new.categories or base.categories
    for category in categories:
        changes.check_category(category)
    places = base.digests + tuple(
        place if is_remote(place) or place.lower() == ARXIV else str(files.located(place).absolute())
        for place in new.digests
        if place
    )
    return base._replace(
        name=new.name,
        description="",
        interests=base.interests if new.interests is None else new.interests,
        categories=categories,
        digests=places,
    )


def create(reader: Reader, new: NewProfile) -> tuple[Profile, Path]:
    """Write the settings of a new profile, and be that reader from now on; gives them and their file.

    Raises:
        ProfileError: as `settings_for`.
        StoreError: the file cannot be written.
    """
    profile = settings_for(reader, new)
    path = reader.home.own_settings_file(profile.name)
    try:
        reader.home.clear_unfinished(new.name)
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror or error}; what a stopped import left cannot be removed") from error
    settings_edit.create(path, profile)
    reader.take_name(new.name)
    return profile, path


def repository(reader: Reader, new: NewProfile, folder: Path) -> list[Path]:
    """Write a repository in which GitHub Actions runs the program for a new profile; gives its files.

    Args:
        folder: empty, or not there yet.

    Raises:
        ProfileError: as `settings_for`, or digests are in files, which GitHub's machines do not have.
        StoreError: the folder has files already, or cannot be written.
    """
    profile = settings_for(reader, new._replace(name=actions.PROFILE), elsewhere=True)
    for place in profile.digests:
        if not is_remote(place):
            raise ProfileError(f"{place} is on this machine; GitHub's can read addresses only")
    folder = files.expanded(folder)
    try:
        taken = folder.exists() and any(folder.iterdir())
    except OSError as error:
        raise StoreError(
            f"{folder}: {error.strerror or error}; name a folder that is empty or not there yet"
        ) from error
    if taken:
        raise StoreError(f"{folder} has files already; name a folder that is empty or not there yet")
    written = []
    for name, content in actions.repository(settings.text_of(profile), __version__).items():
        files.write(folder / name, content, make_folder=True)
        written.append(folder / name)
    return written


def names(reader: Reader) -> list[str]:
    """Names of the home's profiles and of the shipped ones."""
    return sorted({*reader.home.own_names(), *reader.home.starter_names()})


def summaries(reader: Reader) -> list[ProfileSummary]:
    """The profiles of the home, also those that cannot be read, then the shipped ones that are not among them."""
    own_names = reader.home.own_names()
    return [_readable_summary(reader, name) for name in own_names] + [
        ProfileSummary(name, 0, 0, shipped=True, description=reader.home.starter(name).description)
        for name in reader.home.starter_names()
        if name not in own_names
    ]


def reset(reader: Reader) -> Path:
    """Delete all verdicts, notes and lists, after writing a whole copy; gives the path of the copy."""
    copy = reader.home.profile_file(reader.name).with_suffix(f".{reader.now:%Y%m%d-%H%M%S}.backup")
    reader.store.reset(copy)
    reader.home.forget(reader.name)
    return copy


def follow(reader: Reader, authors: Sequence[str], *, remove: bool = False) -> RuleChange:
    """Follow authors, or stop following them; without authors, only report who is followed.

    Raises:
        ProfileError: a name can be no author's or is not followed, or the settings cannot be changed.
    """
    names = [author(one_line(text)) for text in authors]
    for name in names:
        if not remove:
            services.rules.check_author(reader, name)
    return _change(reader, "follow", names, lambda profile: profile.follow, remove=remove)


def mute(reader: Reader, rules: Sequence[str], *, remove: bool = False) -> RuleChange:
    """Mute words, authors or categories, or take that back; without rules, only report what is muted.

    Args:
        rules: "word:survey", "author:J. Doe", "category:cs.CY"; a bare word is a word.

    Raises:
        ProfileError: a rule is none or not among them, can match no paper, or the settings cannot be changed.
    """
    nudges = [nudge(one_line(rule), None) for rule in rules]
    named = [each.rule if remove else _checked(reader, each) for each in nudges]
    change = _change(reader, "mute", named, lambda profile: tuple(rule.rule for rule in profile.mute), remove=remove)
    wanted = _stems(ranking.interest_words(reader.profile.interests))
    words = [each for each in nudges if each.kind is NudgeKind.WORD]
    hides = {each.rule for each in words if _stems(ranking.words(each.text)) <= wanted}
    return change._replace(wanted=tuple(rule for rule in named if rule in hides and rule in change.after))


def boost(reader: Reader, rules: Sequence[str], steps: float = 1, *, remove: bool = False) -> RuleChange:
    """Move papers that match rules up (steps > 0) or down, or take that back; without rules, only report the weights.

    Args:
        rules: as `mute` takes them.
        steps: -3 to 3, not 0.

    Raises:
        ProfileError: as `mute`.
    """
    nudges = [nudge(one_line(rule), steps) for rule in rules]
    named = [each.rule if remove else _checked(reader, each) for each in nudges]

    def update(profile: Profile) -> dict[str, float]:
        before = _weights(profile)
        _check_removed(before, named, remove=remove)
        after = {rule: weight for rule, weight in before.items() if rule not in named}
        return after if remove else before | dict.fromkeys(named, int(steps) if steps == int(steps) else steps)

    before, after = _update(reader, "boost", update) if named else _unchanged(reader)
    return RuleChange(_worded(_weights(before)), _worded(_weights(after)))


def places(reader: Reader) -> Places:
    """Where everything is stored; settings and ratings are None where no profile can be chosen."""
    home = reader.home
    try:
        name = reader.name
    except ProfileError:
        return Places(home.root, home.library_file, None, None)
    return Places(
        home.root, home.library_file, home.settings_file(name), home.profile_file(name), home.settings_place(name)
    )


def stats(reader: Reader) -> Stats:
    """How large the library is."""
    return housekeeping.stats(reader.library)


def prune(reader: Reader, before: date) -> PruneReport:
    """Remove papers announced before a day and not since, but those a profile rated, noted, kept or listed."""
    keep: set[str] = set()
    for name in reader.home.own_names():
        with reader.home.profile_store(name) as store:
            suggested = {entry.paper.id for entry in store.suggestions()}
            keep |= store.verdicts().keys() | suggested | store.notes().keys() | store.shown_on_other_days(date.max)
            keep |= ReadingList(store).waiting().keys()
            last = store.last_list(filled=True)
            keep |= {item.paper_id for item in last.items} if last else set()
    size = housekeeping.size(reader.library)
    papers = housekeeping.prune(reader.library, before, keep)
    return PruneReport(papers, max(size - housekeeping.size(reader.library), 0))


def _readable_summary(reader: Reader, name: str) -> ProfileSummary:
    try:
        return _summary(reader, name)
    except StoreError as error:
        return ProfileSummary(name, 0, 0, problem=str(error))


def _summary(reader: Reader, name: str) -> ProfileSummary:
    with reader.home.profile_store(name) as store:
        return ProfileSummary(name, *store.count())


def _change(
    reader: Reader, key: str, named: list[str], rules_of: Callable[[Profile], tuple[str, ...]], *, remove: bool
) -> RuleChange:
    def update(profile: Profile) -> list[str]:
        before = rules_of(profile)
        _check_removed(before, named, remove=remove)
        return [text for text in before if text not in named] if remove else list(dict.fromkeys([*before, *named]))

    before, after = _update(reader, key, update) if named else _unchanged(reader)
    return RuleChange(rules_of(before), rules_of(after))


def _check_removed(before: Sequence[str] | Mapping[str, float], named: Sequence[str], *, remove: bool) -> None:
    for text in named:
        if remove and text not in before:
            raise ProfileError(f"{text!r} is not among them: {', '.join(before) or 'there are none'}")


def _update(
    reader: Reader, key: str, update: Callable[[Profile], list[str] | dict[str, float]]
) -> tuple[Profile, Profile]:
    try:
        return settings_edit.change(reader.home.own_settings_file(reader.name), reader.name, key, update)
    finally:
        reader.reload()


def _unchanged(reader: Reader) -> tuple[Profile, Profile]:
    reader.reload()  # another process or object may have changed it since
    return reader.profile, reader.profile


def _checked(reader: Reader, nudge: Nudge) -> str:
    """The rule as it is stored.

    Raises:
        ProfileError: no paper can match it.
    """
    match nudge.kind:
        case NudgeKind.AUTHOR:
            services.rules.check_author(reader, nudge.text)
        case NudgeKind.CATEGORY:
            services.rules.check_category(reader, nudge.text)
        case NudgeKind.WORD:
            if not ranking.words(nudge.text):
                raise ProfileError(
                    f"no paper is ever found by {nudge.text!r}: it is too short, too common, or no word at all"
                )
    return nudge.rule


def _stems(words: Iterable[str]) -> set[str]:
    return set(map(ranking.stem, words))


def _weights(profile: Profile) -> dict[str, float]:
    return {rule.rule: int(steps) if steps == int(steps) else steps for rule, steps in profile.steps}


def _worded(rules: Mapping[str, float]) -> tuple[str, ...]:
    return tuple(f"{rule} {steps:+g}" for rule, steps in rules.items())
