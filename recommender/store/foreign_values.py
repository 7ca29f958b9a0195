"""The values in a profile's database from others: each is what the program itself would have written, or is refused."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from recommender.paper import Giver, Note, Reason, Score, Status, Verdict
from recommender.store.outbox import Fate
from recommender.store.rows import notes_from_json, paper_from_row, paper_to_row, reasons_from_json, scores_from_json
from recommender.text.lines import one_line
from recommender.text.notes import LONGEST as LONGEST_NOTE
from recommender.text.notes import cleaned as note_text

Row = Mapping[str, Any]
Value = str | int | float | None

_YEARS = range(1000, 9000)  # within them, a day can be reckoned with in every time zone
_LONGEST_ID, _LONGEST_WORD = 2000, 200
_MOST = 2**53  # of all integers: the keys of new rows are larger ones
_KINDS = ("today", "mail", "day", "search", "similar", "best", "effect", "reading")
_KEY = r"[0-9a-f]{64}"  # as Outbox.make_key makes it


class Wrong(Exception):
    """A value that the program would not have written; str() says which."""


class Check:
    """Checks rows, and cleans their texts of what steers a terminal.

    Args:
        check_note: raises if a note of a list cannot be worded.
    """

    def __init__(self, check_note: Callable[[Note], object]) -> None:
        self._check_note = check_note

    def row(self, table: str, row: Row) -> tuple[Value, ...]:
        """The values of a row of this table as they may be stored, in their order.

        Raises:
            Wrong: one of them is wrong.
            ValueError, TypeError: as Wrong.
        """
        for value in row.values():
            if isinstance(value, int):
                _number(value, -_MOST, _MOST)
        try:
            checked: Row = getattr(self, f"_{table}")(row)
        except (KeyError, AttributeError, IndexError, OverflowError, RecursionError) as error:
            raise Wrong(f"{type(error).__name__} {error}") from error
        return tuple(checked[name] for name in row)

    # One method a table

    def _paper(self, row: Row) -> Row:
        for name in ("authors", "categories"):
            _texts(json.loads(row[name]))
        doi = row.get("doi", "")  # older schemas have none
        order = ("id", "title", "abstract", "authors", "categories", "submitted")
        paper = paper_from_row((*(row[name] for name in order), doi))
        _id(paper.id)
        if row["submitted"] is not None:
            _day(row["submitted"])
        return paper_to_row(
            paper._replace(
                title=_clean(paper.title),
                abstract=_clean(paper.abstract),
                authors=tuple(map(_clean, paper.authors)),
                categories=tuple(map(_clean, paper.categories)),
                doi=_clean(paper.doi),
            )
        )

    def _command(self, row: Row) -> Row:
        _word(row["name"])
        _moment(row["told_at"])
        Giver(row.get("giver", Giver.READER.value))  # older schemas have none
        _number(row.get("counts", 1), 0, 1)
        return row

    def _event(self, row: Row) -> Row:
        _id(row["paper"])
        if row["verdict"] is not None:
            Verdict(row["verdict"])
        _moment(row["given_at"])
        return row

    def _record(self, row: Row) -> Row:
        _id(row["paper"])
        fields = json.loads(row["fields"])
        _texts(list(fields.values()))
        cleaned = {_clean(name): _clean(text) for name, text in fields.items()}
        return {**row, "fields": json.dumps(cleaned, ensure_ascii=False)}

    def _shortlist(self, row: Row) -> Row:
        if row["kind"] not in _KINDS:
            raise Wrong(f"no list is of the kind {row['kind']!r}")
        _day(row["day"])
        _moment(row["made_at"])
        Status(row["status"])
        _number(row["considered"], 0)
        if row.get("first_day"):
            _day(row["first_day"])
        for note in notes_from_json(row["note"]):
            self._check_note(note)
        # the key of what a list was made from has paths and addresses of its machine, and fits no other
        return {**row, "asked": ""}

    def _shown(self, row: Row) -> Row:
        _number(row["rank"], 1)
        _id(row["paper"])
        _number(row.get("exploring", 0), 0, 1)
        _score(Score(row["value"], row["probability"], reasons_from_json(row["reasons"])))
        return row

    def _ranking(self, row: Row) -> Row:
        if row.get("day"):
            _day(row["day"])
        for paper_id, score in scores_from_json(row["scores"]).items():
            _id(paper_id)
            _score(score)
        return row

    def _offered(self, row: Row) -> Row:
        _word(row["audience"])
        _id(row["paper"])
        _day(row["day"])
        _day(row["announced"])
        return row

    def _said(self, row: Row) -> Row:
        _id(row["paper"])
        # as written: they are compared as texts
        return {**row, "at": _moment(row["at"]).astimezone(UTC).isoformat(timespec="microseconds")}

    def _note(self, row: Row) -> Row:
        _id(row["paper"])
        _moment(row["at"])
        text = note_text(row["text"])
        if not text or len(text) > LONGEST_NOTE:
            raise Wrong("a note is empty or too long")
        return {**row, "text": text}

    def _reading(self, row: Row) -> Row:
        _id(row["paper"])
        _moment(row["at"])
        if row["state"] not in ("later", "done"):
            raise Wrong(f"{_shown(row['state'])} is no state of a reading list")
        return row

    def _opened(self, row: Row) -> Row:
        _id(row["paper"])
        _word(row["by"])
        # as written: they are compared as texts
        return {**row, "at": _moment(row["at"]).astimezone(UTC).isoformat()}

    def _zotero_item(self, row: Row) -> Row:
        _id(row["library"])
        _id(row["key"])
        if row["paper"]:
            _id(row["paper"])
        return row

    def _zotero_like(self, row: Row) -> Row:
        _id(row["library"])
        _id(row["paper"])
        _number(row["placed"], 0, 1)
        _moment(row["liked_at"])
        return row

    def _mail(self, row: Row) -> Row:
        _day(row["day"])
        _moment(row["at"])
        Fate(row["status"])
        texts = {name: _clean(row[name]) for name in ("recipient", "message_id", "subject", "told")}
        return {**row, **texts}

    def _mailed(self, row: Row) -> Row:
        _number(row["rank"], 1)
        _id(row["paper"])
        return row

    def _answered(self, row: Row) -> Row:
        _id(row["token"])
        _moment(row["at"])
        return row

    def _unsubscribed(self, row: Row) -> Row:
        _word(row["recipient"])
        _moment(row["at"])
        return row

    def _secret(self, row: Row) -> Row:
        if row["id"] != 1 or not re.fullmatch(_KEY, row["key"], re.ASCII):
            raise Wrong("the key that signs links is none of ours")
        return row

    def _night(self, row: Row) -> Row:
        _day(row["day"])
        _word(row["batch"])
        _moment(row["ranked_at"])
        if row["mailed_at"]:
            _moment(row["mailed_at"])
        return row


def _id(text: Any) -> None:
    if not isinstance(text, str) or not text or len(text) > _LONGEST_ID or not text.isprintable():
        raise Wrong(f"{_shown(text)} is no id")


def _word(text: Any) -> None:
    if not isinstance(text, str) or len(text) > _LONGEST_WORD or not text.isprintable():
        raise Wrong(f"{_shown(text)} is not what the program writes")


def _texts(values: Any) -> None:
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise Wrong("a list of texts is none")


def _day(text: str) -> None:
    day = date.fromisoformat(text)
    if day.year not in _YEARS or day.isoformat() != text:  # they are compared as texts
        raise Wrong(f"{_shown(text)} is no day")


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.year not in _YEARS or moment.tzinfo is None:
        raise Wrong(f"{_shown(text)} is no moment with its time zone")
    return moment


def _number(value: Any, least: float, most: float = _MOST) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise Wrong(f"{value!r} is out of bounds")


def _score(score: Score) -> None:
    finite = -1e9, 1e9
    _number(score.value, *finite)
    _number(score.familiarity, *finite)
    for share in (score.probability, *(score.interval or ())):
        if share is not None:
            _number(share, 0, 1)
    for paper_id, similarity in score.alike:
        _id(paper_id)
        _number(similarity, *finite)
    for reason in score.reasons:
        _reason(reason)


def _reason(reason: Reason) -> None:
    _texts([reason.subject, *reason.shared])
    _number(reason.weight, -1e9, 1e9)
    _number(reason.papers, 0)
    if reason.paper_id is not None:
        _id(reason.paper_id)


def _clean(text: str) -> str:
    return text if text.isprintable() else one_line(text)


def _shown(value: Any) -> str:
    return repr(value)[:60]
