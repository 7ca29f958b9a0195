"""What one reader said and was shown: `profiles/NAME.db`, the one file to back up."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

from recommender.errors import StoreError
from recommender.paper import Feedback, Note, Outcome, Paper, Score, Shortlist, Status, Verdict, names_of
from recommender.store.database import Database
from recommender.store.rows import (
    PAPER_COLUMNS,
    notes_from_json,
    notes_to_json,
    paper_from_row,
    paper_to_row,
    reasons_from_json,
    reasons_to_json,
    scores_from_json,
    scores_to_json,
)

_WITH_PAPERS = "EXISTS (SELECT 1 FROM shown WHERE shown.shortlist = shortlist.id)"
_LAST_DAY = f"""
    SELECT day FROM shortlist WHERE kind IN ('today', 'mail') AND {_WITH_PAPERS} ORDER BY id DESC LIMIT 1
"""


class Change(NamedTuple):
    """What one command did to the verdict on one paper."""

    paper: Paper
    before: Verdict | None
    after: Verdict | None


class Shown(NamedTuple):
    """One line of a list that was shown."""

    rank: int
    paper_id: str
    score: Score
    exploring: bool = False


class ShownList(NamedTuple):
    """A list as it was shown; the papers' texts are in the library."""

    kind: str  # "today", "mail", "search", "similar", "best"
    day: date
    made_at: datetime
    status: Status
    notes: tuple[Note, ...]
    considered: int
    items: tuple[Shown, ...]
    number: int  # grows with every list
    asked: str = ""  # all that it was made from, in words


class ProfileStore(Database):
    """One reader's verdicts (only ever appended), the text of each judged paper, the lists shown."""

    kind = "profile"
    application_id = 0x72656370  # "recp"
    schema_version = 6
    synchronous = "FULL"  # a verdict is the one thing here that cannot be had again

    # Verdicts

    def judge(self, papers: Sequence[Paper], verdict: Verdict | None, *, command: str, at: datetime) -> list[Change]:
        """Give each paper this verdict (None takes it back) as one command; says what was before.

        A command that changes nothing is not kept, so `undo` never takes back what nobody noticed.
        """
        with self._transaction() as connection:
            before = self._verdicts()
            changes = [Change(paper, before.get(paper.id), verdict) for paper in papers]
            changing = [change.paper for change in changes if change.before is not verdict]
            if changing:
                self._keep(changing)
                number = connection.execute(
                    "INSERT INTO command (name, told_at) VALUES (?, ?)", (command, at.isoformat())
                ).lastrowid
                connection.executemany(
                    "INSERT INTO event (command, paper, verdict, given_at) VALUES (?, ?, ?, ?)",
                    [(number, paper.id, verdict.value if verdict else None, at.isoformat()) for paper in changing],
                )
        return changes

    def take_in(self, entries: Sequence[Feedback], *, command: str, at: datetime) -> int:
        """Keep verdicts given elsewhere, each with its own time, as one command; returns how many.

        A paper judged here already keeps its verdict, so taking the same in twice adds nothing.
        """
        with self._transaction() as connection:
            judged = self._verdicts()
            fresh = [entry for entry in entries if entry.paper.id not in judged]
            if not fresh:
                return 0
            self._keep([entry.paper for entry in fresh])
            number = connection.execute(
                "INSERT INTO command (name, told_at) VALUES (?, ?)", (command, at.isoformat())
            ).lastrowid
            connection.executemany(
                "INSERT INTO event (command, paper, verdict, given_at) VALUES (?, ?, ?, ?)",
                [
                    (number, entry.paper.id, entry.verdict.value, entry.given_at.astimezone(UTC).isoformat())
                    for entry in sorted(fresh, key=lambda entry: (entry.given_at, entry.paper.id))
                ],
            )
        return len(fresh)

    def undo(self, at: datetime) -> tuple[str, list[Change]] | None:
        """Take the newest command back; its name and what that changed, or None if none is left."""
        with self._transaction() as connection:
            row = connection.execute(
                """
                SELECT id, name FROM command WHERE undoes IS NULL
                AND id NOT IN (SELECT undoes FROM command WHERE undoes IS NOT NULL) ORDER BY id DESC LIMIT 1
                """
            ).fetchone()
            if row is None:
                return None
            number, name = row
            before = self._verdicts()
            connection.execute(
                "INSERT INTO command (name, told_at, undoes) VALUES ('undo', ?, ?)", (at.isoformat(), number)
            )
            after = self._verdicts()
            rows = connection.execute(
                f"""
                SELECT {PAPER_COLUMNS} FROM paper JOIN (
                    SELECT paper AS id, id AS event FROM event WHERE command = ?
                ) USING (id) ORDER BY event
                """,
                (number,),
            )
            papers = [paper_from_row(row) for row in rows]
        return name, [Change(paper, before.get(paper.id), after.get(paper.id)) for paper in papers]

    def feedback(self) -> tuple[Feedback, ...]:
        """Every verdict that holds, newest first."""
        with self._reading() as connection:
            rows = connection.execute(
                f"""
                SELECT {PAPER_COLUMNS}, verdict, given_at FROM verdict JOIN paper ON paper.id = verdict.paper
                ORDER BY given_at DESC, event DESC
                """
            ).fetchall()
        return tuple(
            Feedback(paper_from_row(row[:-2]), Verdict(row[-2]), datetime.fromisoformat(row[-1])) for row in rows
        )

    def verdicts(self) -> dict[str, Verdict]:
        """The verdict on each judged paper, by id."""
        with self._reading():
            return self._verdicts()

    def names_elsewhere(self) -> set[str]:
        """DOIs and titles, as ids, of judged papers that have no id of arXiv: it may announce them too."""
        with self._reading() as connection:
            rows = connection.execute(
                """
                SELECT id, title, doi FROM verdict JOIN paper ON paper.id = verdict.paper
                WHERE id LIKE 'doi:%' OR id LIKE 'title:%' OR id LIKE 'http%'
                """
            )
            return {name for known, title, doi in rows for name in names_of(Paper(known, title, "", doi=doi))}

    def version(self) -> int:
        """Grows with each command: equal versions mean equal verdicts."""
        with self._reading() as connection:
            (version,) = connection.execute("SELECT ifnull(max(id), 0) FROM command").fetchone()
        return int(version)

    def count(self) -> tuple[int, int]:
        """How many papers are liked, and how many disliked."""
        verdicts = list(self.verdicts().values())
        return verdicts.count(Verdict.LIKE), verdicts.count(Verdict.DISLIKE)

    def papers(self, ids: Iterable[str]) -> dict[str, Paper]:
        """The texts kept here of these papers, by id."""
        found = {}
        with self._reading() as connection:
            for paper_id in sorted(set(ids)):
                row = connection.execute(f"SELECT {PAPER_COLUMNS} FROM paper WHERE id = ?", (paper_id,)).fetchone()
                if row is not None:
                    found[paper_id] = paper_from_row(row)
        return found

    def incomplete(self) -> list[Paper]:
        """Judged papers of which no abstract, no authors or no categories were known."""
        with self._reading() as connection:
            rows = connection.execute(
                f"""
                SELECT {PAPER_COLUMNS} FROM paper
                WHERE abstract = '' OR authors = '[]' OR categories = '[]' ORDER BY id
                """
            )
            return [paper_from_row(row) for row in rows]

    def complete(self, papers: Sequence[Paper]) -> None:
        """Fill in texts that were not known when the verdict was given."""
        with self._transaction():
            self._keep(papers)

    def reset(self, backup: Path) -> None:
        """Forget everything, after a whole copy was written to `backup`."""
        self.copy_to(backup)
        try:
            with self._transaction() as connection:
                connection.execute("UPDATE command SET undoes = NULL")
                for table in ("event", "command", "paper", "shown", "shortlist", "ranking"):
                    connection.execute(f"DELETE FROM {table}")
        except StoreError:
            backup.unlink(missing_ok=True)
            raise

    def copy_to(self, path: Path) -> None:
        """Write a consistent copy of the whole file, also while others write.

        Raises:
            StoreError: the copy exists already or cannot be written.
        """
        with self._told():
            self._connection.execute("VACUUM INTO ?", (str(path),))

    # Lists

    def record(self, shortlist: Shortlist, *, kind: str, basis: str, at: datetime, asked: str = "") -> None:
        """Remember a list as shown, unless the last one was the very same.

        Args:
            asked: all that the list was made from, in words; empty: it is made anew whoever asks.
        """
        with self._transaction() as connection:
            last = self._last()
            items = tuple(
                Shown(item.rank, item.paper.id, _as_kept(item.score), item.exploring) for item in shortlist.items
            )
            if last and (last.kind, last.day, last.status, last.notes, last.items) == (
                kind,
                shortlist.day,
                shortlist.status,
                shortlist.notes,
                items,
            ):
                connection.execute(
                    "UPDATE shortlist SET asked = ?, considered = ? WHERE id = ?",
                    (asked, shortlist.considered, last.number),
                )
                return
            number = connection.execute(
                """
                INSERT INTO shortlist (kind, day, made_at, basis, considered, status, note, asked)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """,
                (
                    kind,
                    shortlist.day.isoformat(),
                    at.isoformat(),
                    basis,
                    shortlist.considered,
                    shortlist.status.value,
                    notes_to_json(shortlist.notes),
                    asked,
                ),
            ).lastrowid
            connection.executemany(
                "INSERT INTO shown VALUES (?, ?, ?, ?, ?, ?, ?)",
                [
                    (
                        number,
                        item.rank,
                        item.paper_id,
                        item.score.value,
                        item.score.probability,
                        reasons,
                        item.exploring,
                    )
                    for item in items
                    for reasons in [reasons_to_json(item.score.reasons)]
                ],
            )

    def last_list(self, *kinds: str, day: date | None = None, filled: bool = False) -> ShownList | None:
        """The list shown last, of these kinds or of any, of this day or of any.

        Args:
            filled: only one with papers.
        """
        with self._reading():
            return self._last(*kinds, day=day, filled=filled)

    def lists(self, most: int) -> list[ShownList]:
        """Of each of the newest `most` days with papers the list shown last, newest day first."""
        days = sorted(self.listed_days(), reverse=True)[:most]
        with self._reading():
            return [shown for day in days if (shown := self._last("today", "mail", day=day))]

    def newest_day(self) -> date | None:
        """The newest day of which a list with papers was shown."""
        with self._reading() as connection:
            (day,) = connection.execute(
                f"""
                SELECT max(day) FROM shortlist
                WHERE kind IN ('today', 'mail') AND {_WITH_PAPERS}
                """
            ).fetchone()
        return date.fromisoformat(day) if day else None

    def shown_on_other_days(self, day: date, kinds: Sequence[str] = ("today", "mail")) -> set[str]:
        """Ids of papers that a day's list of these kinds showed, but none of `day` itself."""
        with self._reading() as connection:
            rows = connection.execute(
                f"""
                SELECT paper FROM shown JOIN shortlist ON shortlist.id = shown.shortlist
                WHERE kind IN ({", ".join("?" * len(kinds))}) GROUP BY paper HAVING max(day = ?) = 0
                """,
                (*kinds, day.isoformat()),
            )
            return {row[0] for row in rows}

    def outcomes(self, day: date) -> tuple[Outcome, ...]:
        """What became of the papers that lists of days before `day` showed with a probability, each when first shown.

        A paper without a verdict was not liked: it was there to be liked.
        """
        with self._reading() as connection:
            rows = connection.execute(
                """
                SELECT value, verdict.verdict IS 'like' FROM shown
                JOIN (
                    SELECT min(shown.rowid) AS first FROM shown JOIN shortlist ON shortlist.id = shown.shortlist
                    WHERE kind IN ('today', 'mail') AND day < ? AND probability IS NOT NULL GROUP BY paper
                ) ON shown.rowid = first
                LEFT JOIN verdict ON verdict.paper = shown.paper ORDER BY shown.rowid
                """,
                (day.isoformat(),),
            )
            return tuple(Outcome(value, bool(liked)) for value, liked in rows)

    def keep_ranking(self, basis: str, day: date, scores: dict[str, Score]) -> None:
        """Remember the newest ranking of a day as a whole, so that an unchanged day needs no new one.

        Beside it only that of the list shown last stays: a ranking made ahead must not take its reasons away.
        """
        with self._transaction() as connection:
            connection.execute(f"DELETE FROM ranking WHERE day = ? OR day IS NOT ({_LAST_DAY})", (day.isoformat(),))
            connection.execute(
                "INSERT INTO ranking (basis, scores, day) VALUES (?, ?, ?)",
                (basis, scores_to_json(scores), day.isoformat()),
            )

    def kept_ranking(self, basis: str) -> dict[str, Score] | None:
        """The scores by paper id of a ranking that was made on this very basis."""
        with self._reading() as connection:
            row = connection.execute("SELECT scores FROM ranking WHERE basis = ?", (basis,)).fetchone()
        return scores_from_json(row[0]) if row else None

    def last_scores(self) -> dict[str, Score]:
        """The scores by paper id of the newest ranking of the day that was listed last, on whatever basis."""
        with self._reading() as connection:
            row = connection.execute(f"SELECT scores FROM ranking WHERE day = ({_LAST_DAY})").fetchone()
        return scores_from_json(row[0]) if row else {}

    def listed_days(self) -> set[date]:
        """The days of which a list with papers was shown."""
        with self._reading() as connection:
            rows = connection.execute(
                f"""
                SELECT DISTINCT day FROM shortlist
                WHERE kind IN ('today', 'mail') AND {_WITH_PAPERS}
                """
            )
            return {date.fromisoformat(day) for (day,) in rows}

    def _verdicts(self) -> dict[str, Verdict]:
        rows = self._connection.execute("SELECT paper, verdict FROM verdict")
        return {paper_id: Verdict(verdict) for paper_id, verdict in rows}

    def _keep(self, papers: Sequence[Paper]) -> None:
        self._connection.executemany(
            f"""
            INSERT INTO paper ({PAPER_COLUMNS})
            VALUES (:id, :title, :abstract, :authors, :categories, :submitted, :doi)
            ON CONFLICT (id) DO UPDATE SET title = excluded.title, abstract = excluded.abstract,
                authors = excluded.authors, categories = excluded.categories, submitted = excluded.submitted,
                doi = excluded.doi
            WHERE excluded.title <> '' OR excluded.abstract <> ''
            """,
            map(paper_to_row, papers),
        )

    def _last(self, *kinds: str, day: date | None = None, filled: bool = False) -> ShownList | None:
        row = self._connection.execute(
            f"""
            SELECT id, kind, day, made_at, status, note, considered, asked FROM shortlist
            WHERE {f"kind IN ({', '.join('?' * len(kinds))})" if kinds else "TRUE"} AND {"day = ?" if day else "TRUE"}
            AND {_WITH_PAPERS if filled else "TRUE"}
            ORDER BY id DESC LIMIT 1
            """,
            (*kinds, *([day.isoformat()] if day else [])),
        ).fetchone()
        if row is None:
            return None
        number, its_kind, its_day, made_at, status, note, considered, asked = row
        items = self._connection.execute(
            "SELECT rank, paper, value, probability, reasons, exploring FROM shown WHERE shortlist = ? ORDER BY rank",
            (number,),
        )
        return ShownList(
            its_kind,
            date.fromisoformat(its_day),
            datetime.fromisoformat(made_at),
            Status(status),
            notes_from_json(note),
            considered,
            tuple(map(_shown, items)),
            number,
            asked,
        )


def _as_kept(score: Score) -> Score:
    """What a shown list keeps of a score."""
    return Score(score.value, score.probability, score.reasons)


def _shown(row: tuple[int, str, float, float | None, str, int]) -> Shown:
    rank, paper_id, value, probability, reasons, exploring = row
    return Shown(rank, paper_id, Score(value, probability, reasons_from_json(reasons)), bool(exploring))
