"""One reader's ratings, and the lists that were shown: `profiles/NAME.db`, the file that `recommend backup` copies."""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from recommender import files
from recommender.paper import Change, Feedback, Giver, Outcome, Paper, Score, Shortlist, Verdict
from recommender.results.ratings import Command
from recommender.store import copies, list_tables, paper_table, verdict_tables
from recommender.store.database import Database
from recommender.store.list_tables import Outlook, Shown, ShownList
from recommender.store.rows import PAPER_COLUMNS, paper_from_row
from recommender.store.verdict_tables import Told

__all__ = ["ProfileStore", "Shown", "ShownList"]


class ProfileStore(Database):
    """Verdicts, which are only ever appended; the text of each rated paper; the lists shown; the newest rankings."""

    kind = "profile"
    application_id = 0x72656370  # "recp"
    schema_version = 14
    synchronous = "FULL"  # verdicts are the one thing that cannot be fetched or computed again

    # Verdicts

    def judge(
        self,
        papers: Sequence[Paper],
        verdict: Verdict | None,
        *,
        command: str,
        at: datetime,
        by: Giver = Giver.READER,
        counts: bool = True,
    ) -> list[Change]:
        """Give each paper this verdict (None takes it back) as one command; returns what it changed.

        A command that changes nothing is not recorded, so that `undo` always takes back something visible. An agent's
        leaves out papers that somebody else rated.

        Args:
            counts: False: it is only suggested, until `confirm`; then the changes are those of suggestions.
        """
        with self.transaction() as connection:
            return verdict_tables.judge(connection, papers, verdict, Told(command, at, by, counts))

    def confirm(self, papers: Sequence[Paper] | None, at: datetime) -> list[Change]:
        """Let what an agent suggested of these papers count from now on; None: of all. Returns what it changed."""
        with self.transaction() as connection:
            return verdict_tables.confirm(connection, papers, at)

    def suggestions(self) -> tuple[Feedback, ...]:
        """What agents suggested and nobody confirmed, rated or took back since, newest first: it weighs nothing."""
        with self.reading() as connection:
            return verdict_tables.suggestions(connection)

    def import_verdicts(self, entries: Sequence[Feedback], *, command: str, at: datetime) -> int:
        """Save verdicts given elsewhere, each with its own time, as one command; returns how many were new.

        A paper that has a verdict keeps it, so importing the same entries twice adds nothing.
        """
        with self.transaction() as connection:
            rated_ids = verdict_tables.current(connection).keys()
            new = [entry for entry in entries if entry.paper.id not in rated_ids]
            if new:
                verdict_tables.save(connection, [entry.paper for entry in new])
                new.sort(key=lambda entry: (entry.given_at, entry.paper.id))
                rows = [(entry.paper.id, entry.verdict.value, entry.given_at.astimezone(UTC)) for entry in new]
                verdict_tables.append(connection, Told(command, at, Giver.IMPORT), rows)
        return len(new)

    def keep_records(self, records: Mapping[str, Mapping[str, str]]) -> None:
        """Keep what a library says of papers beside their texts, by paper id; newer records replace older ones."""
        with self.transaction() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO record (paper, fields) VALUES (?, ?)",
                [(paper_id, json.dumps(dict(fields), ensure_ascii=False)) for paper_id, fields in records.items()],
            )

    def records(self) -> dict[str, dict[str, str]]:
        """What libraries said of papers, by paper id."""
        with self.reading() as connection:
            rows = connection.execute("SELECT paper, fields FROM record")
            return {paper_id: json.loads(fields) for paper_id, fields in rows}

    # Notes

    def write_note(self, paper: Paper, text: str, at: datetime) -> None:
        """Keep a note on a paper and the paper's text, in the place of an earlier note; an empty one removes it."""
        with self.transaction() as connection:
            if not text:
                connection.execute("DELETE FROM note WHERE paper = ?", (paper.id,))
                return
            verdict_tables.save(connection, [paper])
            connection.execute("INSERT OR REPLACE INTO note VALUES (?, ?, ?)", (paper.id, text, at.isoformat()))

    def import_notes(self, notes: Sequence[tuple[Paper, str]], at: datetime) -> int:
        """Keep notes made elsewhere; a paper that has one keeps it. Returns how many were new."""
        with self.transaction() as connection:
            before = connection.total_changes
            connection.executemany(
                "INSERT OR IGNORE INTO note VALUES (?, ?, ?)",
                [(paper.id, text, at.isoformat()) for paper, text in notes],
            )
            new = connection.total_changes - before
            verdict_tables.save(connection, [paper for paper, _ in notes])
        return new

    def notes(self) -> dict[str, str]:
        """The reader's notes, by paper id; the newest first."""
        with self.reading() as connection:
            return dict(connection.execute("SELECT paper, text FROM note ORDER BY at DESC, paper"))

    # Commands

    def last_command(self) -> Command | None:
        """The command that `undo` would take back; None: none."""
        with self.reading() as connection:
            row = verdict_tables.last_command(connection)
            return verdict_tables.command(connection, *row) if row else None

    def undo(
        self, at: datetime, expected: int | None = None, *, agent: bool = False
    ) -> tuple[str, list[Change]] | None:
        """Take back the newest command that counts; returns its name and what changed, or None if none is left.

        Args:
            expected: its number, or nothing happens; None: whichever it is.
            agent: the newest that an agent gave, instead; what the reader confirmed stays.
        """
        with self.transaction() as connection:
            row = verdict_tables.last_command(connection, agent=agent)
            if row is None or expected not in (None, row[0]):
                return None
            return row[1], verdict_tables.undo(connection, row[0], at, agent=agent)

    def undo_agents(self, at: datetime) -> list[Change]:
        """Take back all that agents rated, confirmed or not; returns what changed."""
        with self.transaction() as connection:
            return verdict_tables.undo_agents(connection, at)

    def feedback(self) -> tuple[Feedback, ...]:
        """All current verdicts with their papers, newest first."""
        with self.reading() as connection:
            return verdict_tables.feedback(connection)

    def verdicts(self) -> dict[str, Verdict]:
        """The current verdict on each rated paper, by id."""
        with self.reading() as connection:
            return verdict_tables.current(connection)

    def spoken_of(self) -> set[str]:
        """Ids of the papers that were rated at any time, whether the rating holds or was taken back."""
        with self.reading() as connection:
            return {paper for (paper,) in connection.execute("SELECT paper FROM event UNION SELECT paper FROM said")}

    def rated_elsewhere(self) -> list[Paper]:
        """Rated papers without an arXiv id: arXiv may announce the same works."""
        with self.reading() as connection:
            rows = connection.execute(
                f"""
                SELECT {PAPER_COLUMNS} FROM verdict JOIN paper ON paper.id = verdict.paper
                WHERE id LIKE 'doi:%' OR id LIKE 'title:%' OR id LIKE 'http%'
                """
            )
            return list(map(paper_from_row, rows))

    def version(self) -> int:
        """A number that grows with each command that counts: equal versions mean equal verdicts."""
        with self.reading() as connection:
            (version,) = connection.execute("SELECT ifnull(max(id), 0) FROM command WHERE counts = 1").fetchone()
        return int(version)

    def count(self) -> tuple[int, int]:
        """The number of liked papers, and of disliked ones."""
        verdicts = list(self.verdicts().values())
        return verdicts.count(Verdict.LIKE), verdicts.count(Verdict.DISLIKE)

    def papers(self, ids: Iterable[str]) -> dict[str, Paper]:
        """The papers among these ids whose texts are stored here, by id."""
        papers = {}
        with self.reading() as connection:
            for paper_id in sorted(set(ids)):
                row = connection.execute(f"SELECT {PAPER_COLUMNS} FROM paper WHERE id = ?", (paper_id,)).fetchone()
                if row is not None:
                    papers[paper_id] = paper_from_row(row)
        return papers

    def paper_ids(self) -> set[str]:
        """The ids of all papers whose texts are stored here: rated ones, and those that were kept."""
        with self.reading() as connection:
            return {paper for (paper,) in connection.execute("SELECT id FROM paper")}

    def keep(self, papers: Sequence[Paper]) -> None:
        """Store the texts of papers that the reader looked at."""
        with self.transaction() as connection:
            verdict_tables.save(connection, papers)

    def lacking(self) -> dict[str, list[str]]:
        """The ids of the stored papers without abstract, without authors and without categories, by that part.

        There are thousands where an imported file had none, so they come without their texts.
        """
        with self.reading() as connection:
            return {part: paper_table.ids_without(connection, part) for part in paper_table.PARTS}

    def complete(self, papers: Sequence[Paper]) -> None:
        """Fill in texts that were not known when the verdict was given."""
        with self.transaction() as connection:
            verdict_tables.save(connection, papers)

    def reset(self, backup: Path) -> None:
        """Delete everything, after writing a whole copy to `backup`."""
        self.create()
        with self.transaction() as connection:
            copies.copy(self.path, backup)  # inside: a rating given meanwhile is in the copy, or comes after
            try:
                connection.execute("UPDATE command SET undoes = NULL")
                for table in (
                    "reading",
                    "opened",
                    "zotero_item",
                    "zotero_like",
                    "event",
                    "command",
                    "paper",
                    "record",
                    "shown",
                    "shortlist",
                    "ranking",
                    "offered",
                    "said",
                    "note",
                    "night",
                ):
                    connection.execute(f"DELETE FROM {table}")
            except sqlite3.Error:
                backup.unlink(missing_ok=True)
                raise

    def copy_to(self, path: Path) -> None:
        """Write a consistent copy of the whole file, for its owner alone, also while other processes write.

        Raises:
            StoreError: the copy exists already or cannot be written.
        """
        with self.autocommit() as connection:
            files.make_private(path)
            connection.execute("VACUUM INTO ?", (str(path),))

    # Lists

    def record(self, shortlist: Shortlist, *, kind: str, basis: str, at: datetime, key: str = "") -> None:
        """Record a list as shown, unless the list before it was the very same.

        Args:
            kind: "today", "mail", "day" (a look back at one day), "search", "similar" or "best".
            basis: the key of its ranking, as in `keep_ranking`.
            key: of everything the list was made from; empty: the list is always made anew.
        """
        with self.transaction() as connection:
            list_tables.record(connection, shortlist, kind=kind, basis=basis, at=at, key=key)

    def offer(self, audiences: Iterable[str], day: date, papers: Mapping[str, date]) -> None:
        """Record what the list of a day had to choose from; a paper stays with the first list that had it.

        Args:
            audiences: as in `offered`.
            papers: the day of announcement of each paper, by id.
        """
        with self.transaction() as connection:
            for audience in audiences:
                list_tables.offer(connection, audience, day, papers)

    def offered(self, audience: str) -> dict[str, tuple[date, date]]:
        """The day of the list that had each paper to choose from, and the paper's day of announcement, by id.

        Args:
            audience: the lists of the profile's own sources (""), those of named files ("-"), or the mails to an
                address.
        """
        with self.reading() as connection:
            return list_tables.offered(connection, audience)

    def last_list(self, *kinds: str, day: date | None = None, filled: bool = False) -> ShownList | None:
        """The list shown last, of these kinds or any, of this day or any.

        Args:
            filled: skip lists without papers.
        """
        with self.reading() as connection:
            return list_tables.newest(connection, *kinds, day=day, filled=filled)

    def part_of_day(
        self, kinds: Sequence[str], day: date | None, places: slice
    ) -> tuple[ShownList, tuple[str, ...]] | None:
        """The last list of these kinds with papers, of this day or any: some of its papers, and the ids of all.

        Args:
            places: of the papers that are wanted with their scores.
        """
        with self.reading() as connection:
            part = list_tables.newest(connection, *kinds, day=day, filled=True, places=places)
            return (part, list_tables.listed(connection, part.number)) if part else None

    def lists(self, most: int) -> list[ShownList]:
        """The last list of each of the newest `most` days with papers, newest day first."""
        with self.reading() as connection:
            days = sorted(list_tables.days(connection), reverse=True)[:most]
            return [shown for day in days if (shown := list_tables.newest(connection, "today", "mail", day=day))]

    def newest_day(self) -> date | None:
        """The newest day with a list that had papers."""
        with self.reading() as connection:
            return list_tables.newest_day(connection)

    def listed_days(self) -> set[date]:
        """The days with a list that had papers."""
        with self.reading() as connection:
            return list_tables.days(connection)

    def shown_on_other_days(self, day: date, kinds: Sequence[str] = ("today", "mail")) -> set[str]:
        """Ids of papers that lists of these kinds showed for other days, but none for `day` itself."""
        with self.reading() as connection:
            return list_tables.shown_on_other_days(connection, day, kinds)

    def outcomes(self, day: date) -> tuple[Outcome, ...]:
        """Whether each paper that lists before `day` showed with a probability was liked, as first shown.

        A shown paper without a verdict counts as not liked.
        """
        with self.reading() as connection:
            return list_tables.outcomes(connection, day)

    def matches(self, day: date) -> list[Outlook]:
        """Each paper that lists before `day` showed, as first shown; one without a verdict counts as not liked."""
        with self.reading() as connection:
            return list_tables.matches(connection, day)

    def daily_counts(self, since: date) -> dict[date, tuple[int, int]]:
        """The days from `since` on with a list, and how many papers it showed and how many of these are rated.

        Days whose lists had nothing to choose from are left out.
        """
        with self.reading() as connection:
            return list_tables.daily_counts(connection, since)

    # Rankings, stored under the keys that they are given

    def keep_ranking(self, basis: str, day: date, scores: dict[str, Score]) -> None:
        """Keep the ranking of a day under a key, in the place of an earlier one of that day.

        Beside it only the ranking of the day listed last is kept: a ranking made ahead must not take the reasons of
        the list on screen away.

        Args:
            basis: fingerprint of everything the scores depend on.
            scores: by paper id, in an order that is kept.
        """
        with self.transaction() as connection:
            list_tables.keep_ranking(connection, basis, day, scores)

    def kept_ranking(self, basis: str) -> dict[str, Score] | None:
        """The scores kept under this key, by paper id."""
        with self.reading() as connection:
            return list_tables.kept_ranking(connection, basis)

    def last_scores(self) -> Mapping[str, Score]:
        """The scores in the newest ranking of the day that was listed last, by paper id."""
        with self.reading() as connection:
            return list_tables.last_scores(connection)
