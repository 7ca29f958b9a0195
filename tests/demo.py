"""A reader with two weeks behind her: real papers (tests/data/demo, CC0 metadata of arXiv), ratings by a simple rule.

Pictures for the documentation are made from this home, and nobody's own ratings are in them.
"""

import re
from datetime import UTC, date, datetime, time
from pathlib import Path

from recommender.api import Recommender
from recommender.services.requests import NewProfile

FOLDER = Path(__file__).parent / "data" / "demo"
DAYS = [date.fromisoformat(path.name[:10]) for path in sorted(FOLDER.glob("*.jsonl.gz"))]
NOW = datetime.combine(DAYS[-1], time(8, 30), UTC)

_LIKED = re.compile(r"medical|MRI|\bCT\b|tomograph|patholog|tumou?r|biomedical|clinical|surgical", re.IGNORECASE)
_DISLIKED = re.compile(r"video|driving|text-to-image|avatar|language model", re.IGNORECASE)
_RATED_A_DAY = 6
_WAITING = "2505.08525"


def make(home: Path, name: str = "ada") -> None:
    """Make the home of a reader who rated a few papers of each day but the last, as the rule says."""
    with Recommender(name, home=home, clock=lambda: NOW) as reader:
        reader.create_profile(
            NewProfile(
                name,
                interests="medical image segmentation; image fusion and restoration",
                categories=("cs.CV",),
            )
        )
        reader.follow("Wenhui Lei")
        reader.mute("driving")
    for day in DAYS:
        morning = datetime.combine(day, time(8, 30), UTC)
        with Recommender(name, home=home, clock=lambda morning=morning: morning) as reader:
            papers = [item.paper for item in reader.today(FOLDER / f"{day}.jsonl.gz").items]
            if day != DAYS[-1]:
                likes = [paper.id for paper in papers if _LIKED.search(paper.title)][: _RATED_A_DAY - 2]
                dislikes = [paper.id for paper in papers if _DISLIKED.search(paper.title)][:2]
                for rate, chosen in ((reader.like, likes), (reader.dislike, dislikes)):
                    if chosen:
                        rate(*chosen)
    with Recommender(name, home=home, clock=lambda: NOW) as reader:
        first, second = (item.paper.id for item in reader.today(offline=True).items[:2])
        reader.reading.later(second, _WAITING)
        reader.note(first, "Compare with the boundary loss of our section 4.")
        reader.evaluate()  # keeps the learning curve
        reader.pictures.map()  # and this the map
