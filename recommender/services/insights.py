"""What the verdicts taught: words, topics, drift."""

from datetime import date

from recommender import ranking
from recommender.results.insights import Insights
from recommender.services import history
from recommender.services.reader import Reader


def insights(reader: Reader) -> Insights:
    """The words, topics and drift that the reader's verdicts taught so far."""
    return ranking.insights(*history.before(reader, date.max))
