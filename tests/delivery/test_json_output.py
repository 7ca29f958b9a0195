"""Lists for programs: notes and reasons come both worded and as fields that need no parsing."""

import json
from datetime import date

from support import make_paper

from recommender.delivery import remarks
from recommender.delivery.json_output import list_json
from recommender.paper import Note, NoteKind, Reason, ReasonKind, Recommendation, Score, Shortlist, Verdict

DAY = date(2026, 3, 2)
FOLLOWED = Reason(ReasonKind.FOLLOWED, "Ada Lovelace", 6.0)
LIKED = Reason(ReasonKind.LIKED, "F$^3$Set", 1.5, "2001.00001", shared=("tennis", "event detection"))


def test_a_note_has_its_kind_and_figures_beside_the_words():
    notes = (Note(NoteKind.MUTED, {"papers": 2}), Note(NoteKind.NEW_VERSIONS, {"papers": 1, "ids": ["2001.00001"]}))
    document = json.loads(list_json(Shortlist("ada", DAY, (), 46, notes=notes), {}))
    assert document["note"] == remarks.notes(notes)
    assert document["notes"] == [
        {"kind": "muted", "papers": 2},
        {"kind": "new-versions", "papers": 1, "ids": ["2001.00001"]},
    ]


def test_a_reason_has_its_subject_beside_the_words():
    item = Recommendation(1, make_paper(1), Score(7.5, 0.8, (FOLLOWED, LIKED)))
    (listed,) = json.loads(list_json(Shortlist("ada", DAY, (item,), 46), {item.paper.id: Verdict.LIKE}))["items"]
    assert listed["verdict"] == "like"
    assert listed["reasons"] == [
        {
            "kind": "followed",
            "text": "followed author Ada Lovelace",
            "subject": "Ada Lovelace",
            "weight": 6.0,
            "paper": None,
            "shared": [],
        },
        {
            "kind": "liked",
            "text": "F$^3$Set",
            "subject": "F$^3$Set",
            "weight": 1.5,
            "paper": "2001.00001",
            "shared": ["tennis", "event detection"],
        },
    ]
