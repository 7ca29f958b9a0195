"""The door to the program: everything a face or a script can do for one reader."""

import os
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Self

from recommender import services
from recommender.api_home import ProfileAndHome
from recommender.paper import Change, Feedback, Giver, Paper, Shortlist, Undone, Verdict
from recommender.services.reader import NIGHTLY_PATIENCE, Progress, Reader
from recommender.store.home import Home

if TYPE_CHECKING:
    from recommender.results.evaluation import EvaluationReport
    from recommender.results.incoming import DownloadReport, FetchReport, ImportReport, LibraryEntries, LibraryEntry
    from recommender.results.insights import Insights
    from recommender.results.mail import AnswersReport, AppliedAnswer, MailResult
    from recommender.results.ratings import Explanation, Move
    from recommender.results.zotero import ZoteroReport
    from recommender.services.browse import Browse
    from recommender.services.mail import Draft
    from recommender.services.pictures import Pictures
    from recommender.services.reading import Reading
    from recommender.services.requests import ListOptions, MailOptions
    from recommender.services.topics import Topics
    from recommender.services.triage import Triage


__all__ = ["Progress", "Recommender"]


class Recommender(ProfileAndHome):
    """One reader's recommender. Databases open at first use and close with `close` or at the end of `with`.

    A handle names a paper: a rank of the last list (3, "2-5"), an arXiv id or address, or a DOI.

    Every method may raise StoreError (a database cannot be used) and ProfileError (there is no such profile, or its
    settings are wrong); its own docstring names other errors. All are RecommenderErrors, and str() of one says what to
    do next.

    Args:
        profile: the profile's name; None: $RECOMMEND_PROFILE, else the only profile of the home.
        home: the folder that holds everything; None or "": $RECOMMEND_HOME, else the platform's folder for user data.
        progress: is told about long work; None: nothing is shown, and warnings go to the logger "recommender".
        clock: gives the time now, aware; None: the machine's clock.
        giver: who rates by this object. What an agent rates weighs nothing until the reader confirms it, and its
            `undo` takes back nothing else.
    """

    def __init__(
        self,
        profile: str | None = None,
        *,
        home: str | os.PathLike[str] | None = None,
        progress: Progress | None = None,
        clock: Callable[[], datetime] | None = None,
        giver: Giver = Giver.READER,
    ) -> None:
        now = clock or (lambda: datetime.now(UTC))
        self._reader = Reader(Home.at(home), profile, clock=now, progress=progress, giver=giver)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close every database that was opened; what is used after that is opened, and settings are read, again."""
        self._reader.close()

    # The day

    def today(
        self,
        *files: str | os.PathLike[str],
        day: date | None = None,
        offline: bool = False,
        refresh: bool = False,
        anew: bool = False,
        options: "ListOptions | None" = None,
    ) -> Shortlist:
        """List a day's papers, the best first, and record the list, so that ranks can be used as handles.

        Where there is no profile yet, none was asked for and no file is named, this is the shipped example.

        Args:
            files: digests, folders or "-" for standard input; none: the profile's own sources.
            day: the announcement day, of 1900 to 2199; None: the newest.
            offline: ask no other machine.
            refresh: ask the sources again, whatever is here.
            anew: rank even where nothing has changed since the last list: only then scores have intervals.
            options: how this list differs from what the profile says.

        Raises:
            SourceError: no source can be read or asked, and nothing of the day is here; or no list can be of that day.
        """
        request = services.requests.Request(services.requests.paths(files), day, offline, refresh, anew)
        return services.today.today(self._reader, request, options or services.requests.ListOptions())

    @property
    def triage(self) -> "Triage":
        """A day's papers to be rated one after another: `triage.day()` says where each announced paper is."""
        return services.triage.Triage(self._reader)

    def fetch(self) -> "FetchReport":
        """Fetch what the profile's sources have that is new, without listing it. Raises as `today`."""
        return services.update.update(self._reader)

    def download(
        self, since: date, until: date | None = None, categories: Sequence[str] = ()
    ) -> "list[DownloadReport]":
        """Bring in everything from `since` to `until` (None: today) from folders and arXiv; once more continues.

        Args:
            categories: arXiv categories or archives alone; none: the profile's folders and categories.

        Raises:
            SourceError: arXiv cannot be asked; everything received until then is kept.
        """
        return services.update.download(self._reader, categories, since, until or self._reader.today)

    def run(self, *, weekly: bool = False) -> None:
        """Read answers, fetch, rank and mail, as a timer does; writes to logs/NAME.log.

        Raises:
            RecommenderError: the first part that failed; the others were done all the same.
        """
        services.nightly.run(self._reader, services.requests.Request(patience=NIGHTLY_PATIENCE), weekly=weekly)

    # Ratings

    def like(self, *handles: str | int) -> list[Change]:
        """Rate papers as interesting. Raises UnknownPaper if a handle names no paper; then none of them counts."""
        return services.judging.judge(self._reader, handles, Verdict.LIKE, "like")

    def dislike(self, *handles: str | int) -> list[Change]:
        """Rate papers as not interesting. Raises as `like`."""
        return services.judging.judge(self._reader, handles, Verdict.DISLIKE, "dislike")

    def read(self, *handles: str | int) -> list[Change]:
        """Mark papers as read already: they leave the lists and teach nothing. Raises as `like`."""
        return services.judging.judge(self._reader, handles, Verdict.READ, "read")

    def unmark(self, *handles: str | int) -> list[Change]:
        """Take the verdict on papers back. Raises as `like`."""
        return services.judging.judge(self._reader, handles, None, "unmark")

    def undo(self, expected: int | None = None) -> Undone | None:
        """Take the newest command back: ratings, an import, the reading list. None: none is left, or not that one."""
        return services.judging.undo(self._reader, expected)

    def suggestions(self) -> tuple[Feedback, ...]:
        """What agents rated and the reader neither confirmed nor rated since, newest first: it weighs nothing."""
        return self._reader.store.suggestions()

    def confirm(self, *handles: str | int) -> list[Change]:
        """Let what agents rated count, of these papers; without handles, of all. Raises as `like`."""
        return services.judging.confirm(self._reader, handles)

    def undo_agents(self) -> Undone | None:
        """Take back all that agents rated, confirmed or not; None if there is nothing of that kind."""
        return services.judging.undo_agents(self._reader)

    def history(self, limit: int | None = None) -> tuple[Feedback, ...]:
        """Every verdict that holds, newest first; at most `limit` of them."""
        return services.judging.feedback(self._reader, limit)

    def verdicts(self) -> dict[str, Verdict]:
        """The verdict on each rated paper, by id."""
        return self._reader.store.verdicts()

    def count(self) -> tuple[int, int]:
        """How many papers are liked, and how many disliked."""
        return self._reader.store.count()

    def moves(self, changes: Sequence[Change]) -> "list[Move]":
        """Where each unrated paper of the last day stood before these changes and stands now, best first."""
        return services.effect.moves(self._reader, {change.paper.id for change in changes})

    def note(self, handle: str | int, text: str | None = None) -> str:
        """The reader's own note on a paper; with a text, keep that in its place first. `undo` leaves notes alone.

        Args:
            handle: of any paper, rated or not.
            text: at most 5,000 characters; empty: remove the note.

        Raises:
            NoteTooLong: the text is longer; an earlier note stays.
            UnknownPaper: the handle names no paper, or several.
        """
        return services.notes.note(self._reader, handle, text)

    def notes(self) -> dict[str, str]:
        """All notes by paper id, the newest first."""
        return self._reader.store.notes()

    @property
    def reading(self) -> "Reading":
        """The reading list: `reading.later("3")` puts a paper on it, `reading.waiting()` lists what waits."""
        return services.reading.Reading(self._reader)

    # Papers

    def paper(self, handle: str | int) -> Paper:
        """The paper that a handle names, from arXiv if need be. Raises UnknownPaper if it names none, or several."""
        return services.handles.one(self._reader, handle)

    def explain(self, handle: str | int) -> "Explanation":
        """One paper with its score and all reasons; their weights add up to its value. Raises as `paper`."""
        return services.explain.explain(self._reader, handle)

    def search(self, words: str, size: int = 10, among: str = "all") -> Shortlist:
        """List the library's papers that match these words, the best match first; at most `size`.

        The reader's taste orders titles that match equally well.

        Args:
            words: may be a name, an arXiv id or a DOI, and hold "phrases in quotes" and conditions: `author:`, `id:`,
                `category:`, `since:`, `until:`; empty: all papers, the newest first, if `among` names some.
            among: "all" papers, "liked" ones, or those of the reading list ("later").

        Raises:
            ValueError: `among` is none of these words.
        """
        return services.lists.record(self._reader, "search", services.search.search(self._reader, words, size, among))

    def similar(self, handle: str | int, size: int = 10) -> Shortlist:
        """List the library's papers most similar to one paper, at most `size` of them. Raises as `paper`."""
        return services.lists.record(self._reader, "similar", services.search.similar(self._reader, handle, size))

    def best(
        self, size: int = 10, *, since: date | None = None, until: date | None = None, everything: bool = False
    ) -> Shortlist:
        """List the best papers of the whole library.

        Args:
            size: at most so many papers.
            since, until: count papers first announced on these days, both included; None: no bound.
            everything: include papers that were rated, shown or muted.
        """
        days = services.best.Range(since or date.min, until or date.max) if since or until else None
        return services.lists.record(
            self._reader, "best", services.best.best(self._reader, size, days, everything=everything)
        )

    def lists(self, days: int = 14) -> list[tuple[datetime, Shortlist]]:
        """The lists of the newest days, one a day, newest first, each with the moment it was made (aware)."""
        return services.lists.recent(self._reader, days)

    @property
    def browse(self) -> "Browse":
        """Days, papers and ratings to look at: nothing counts as shown by it."""
        return services.browse.Browse(self._reader)

    # What was learned

    def insights(self) -> "Insights":
        """The words, topics and drift that the verdicts taught."""
        return services.insights.insights(self._reader)

    @property
    def topics(self) -> "Topics":
        """The reader's topics: `topics.all()` lists them; they can be renamed, merged, weighed, dropped and reset."""
        return services.topics.Topics(self._reader)

    @property
    def pictures(self) -> "Pictures":
        """The figures of the reader's pictures: `pictures.map()`, interests, words, calibration, days."""
        return services.pictures.Pictures(self._reader)

    def evaluate(self, days: int | None = None) -> "EvaluationReport":
        """Rank the newest `days` with likes (None: all) again, and measure how well the likes were found."""
        return services.evaluation.replay(self._reader, days)

    # A library of one's own

    def read_library(self, source: str | os.PathLike[str]) -> "LibraryEntries":
        """The entries of a library that is kept elsewhere.

        Args:
            source: a file (BibTeX, RIS, CSL-JSON, CSV, zotero.sqlite, any text with arXiv ids), an http(s) address,
                or "-" for standard input.

        Raises:
            SourceError: it cannot be read, or holds no entry.
        """
        return services.exchange.read(self._reader, os.fspath(source))

    def import_library(
        self,
        library: "str | os.PathLike[str] | LibraryEntries",
        verdict: Verdict | None = None,
        *,
        offline: bool = False,
        dry_run: bool = False,
    ) -> "ImportReport":
        """Import a library as verdicts, each with its own date; papers rated before keep their verdict.

        Args:
            library: a source as `read_library` takes it, or what that gave.
            verdict: for all entries; None: each entry's own, or a like.
            offline: fetch no missing abstracts.
            dry_run: change nothing, only report what would be done.

        Raises:
            SourceError: the source cannot be read.
        """
        entries = self.read_library(library) if isinstance(library, (str, os.PathLike)) else library
        return services.exchange.import_library(self._reader, entries, verdict, offline=offline, dry_run=dry_run)

    def sync_zotero(self, *, dry_run: bool = False) -> "ZoteroReport":
        """Like the new items of chosen collections of Zotero, and put likes into one; see `[zotero]` in the settings.

        Args:
            dry_run: change nothing here or there, only report what would be done.

        Raises:
            ZoteroWaits: Zotero is closed, busy or out of reach; the next sync goes on.
            SourceError: what answers is no Zotero, or refuses.
        """
        return services.zotero.sync(self._reader, dry_run=dry_run)

    def allow_zotero(self) -> bool:
        """Ask in a dialog of Zotero for permission to write; whether it stays. Raises as `sync_zotero`."""
        return services.zotero.allow(self._reader)

    def export(self, what: str = "likes", day: date | None = None) -> "list[LibraryEntry]":
        """The reader's papers, for `recommender.delivery.bibliography.write` or a program of one's own.

        Args:
            what: "likes", "dislikes", "read", "all", "later" (the reading list), or "list" for the list shown last.
            day: the day of the list; None: any.

        Raises:
            ValueError: `what` is none of these words.
        """
        return services.exchange.entries(self._reader, what, day)

    # Mail

    def mail(
        self, *files: str | os.PathLike[str], offline: bool = False, options: "MailOptions | None" = None
    ) -> "list[MailResult]":
        """Mail each recipient what came since the last mail; one failure does not stop the others.

        Args:
            files: as `today` takes them.
            offline: ask no source.
            options: how this mail differs from what the profile says.

        Raises:
            SourceError: no source can be read or asked.
            StoreError: another process mails for this profile, and does not end.
        """
        request = services.requests.Request(services.requests.paths(files), offline=offline)
        return services.mail.send(self._reader, request, options or services.requests.MailOptions()).results

    def preview_mail(
        self, *files: str | os.PathLike[str], offline: bool = False, options: "MailOptions | None" = None
    ) -> "Draft":
        """The mail to the first recipient, not sent; `.message` is an email.message.EmailMessage. Raises as `mail`."""
        request = services.requests.Request(services.requests.paths(files), offline=offline)
        return services.mail.preview(self._reader, request, options or services.requests.MailOptions())

    def subscribe(self, *recipients: str) -> None:
        """Mail again to recipients who unsubscribed; without recipients, to all of the settings."""
        services.mail.subscribe(self._reader, recipients)

    def answers(self, place: str | os.PathLike[str] = "") -> "AnswersReport":
        """Count the answers to mails that a place holds, each once. Raises SourceError if it cannot be read.

        A place is an mbox, a mail, a maildir, an imaps:// mailbox, or "-"; empty: as the profile says.
        """
        return services.answers.read(self._reader, os.fspath(place))

    def look_at_answer(self, token: str) -> "AppliedAnswer":
        """What a signed answer asks for; changes nothing. Raises Refused: forged, too old, or of another profile."""
        return services.answers.look(self._reader, services.answers.Reply(self._reader.asked_for, token))

    def apply_answer(self, token: str) -> "AppliedAnswer":
        """Do what a signed answer asks for, unless it was done before. Raises as `look_at_answer`."""
        return services.answers.apply(self._reader, services.answers.Reply(self._reader.asked_for, token))

    def ranked_list(self) -> "tuple[str, date] | None":
        """The list whose ranks handles mean: its kind ("today", "search", ...) and its day; None: none was shown."""
        return services.handles.ranked_list(self._reader)
