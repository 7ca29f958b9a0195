"""Why a paper has its score."""

from datetime import date

from recommender.paper import Paper, ReasonKind, Score
from recommender.results.ratings import Explanation
from recommender.services import handles, lists, rankings
from recommender.services.reader import Reader

_NEIGHBOURS = 200  # newest papers that a single paper is ranked with: a score alone has no meaning


def explain(reader: Reader, handle: str | int) -> Explanation:
    """One paper, the verdict on it, and its score with every reason.

    Raises:
        UnknownPaper: the handle names no paper, or several.
    """
    paper = handles.one(reader, handle)
    return Explanation(paper, score_of(reader, paper), reader.store.verdicts().get(paper.id))


def score_of(reader: Reader, paper: Paper) -> Score:
    """The score of one paper with all reasons: as the last list shows it, as that day's ranking has it, or anew."""
    kept, last = reader.store.last_scores(), reader.store.last_list(*lists.DAILY, filled=True)
    shown = {item.paper_id: item.score for item in last.items} if last else {}
    score = kept.get(paper.id)
    if paper.id in shown and (score is None or score.value != shown[paper.id].value):
        score = shown[paper.id]  # re-ranked since it was shown: explain the score on the screen
    kinds = {reason.kind for reason in score.reasons} if score else set()
    if score and (ReasonKind.WORD in kinds or ReasonKind.OTHER not in kinds):  # else its words are summed up
        return score
    if paper.id in kept and last:
        papers, day = list(reader.library.papers(kept).values()), last.day
    else:
        newest = {other.id: other for other in reader.library.announced_before(date.max, _NEIGHBOURS)}
        papers, day = list({**newest, paper.id: paper}.values()), date.max
    return rankings.rank(reader, papers, {paper.id}, day=day)[paper.id]
