"""What the verdicts taught: words, topics, drift."""

from datetime import date

from recommender import ranking
from recommender.results.insights import Insights
from recommender.services import history, topics
from recommender.services.reader import Reader


def insights(reader: Reader) -> Insights:
    """The words, topics and drift that the reader's verdicts taught so far."""
    past, encoded = history.complete(reader, date.max)
    taught = ranking.insights(history.without_dropped(past), encoded)
    return taught._replace(topics=topics.with_all_rules(taught.topics, past))
