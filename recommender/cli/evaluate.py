"""`recommend evaluate`: how well past days would have been ranked."""

from pathlib import Path

import click

from recommender import files
from recommender.cli.session import Session, file_type, json_option, profile_option, show, show_document, tell
from recommender.delivery.evaluation import evaluation_json, evaluation_svg, evaluation_text


@click.command()
@click.option(
    "--days",
    type=click.IntRange(1, 100_000),
    metavar="N",
    default=60,
    show_default=True,
    help="Rank only the newest N days with likes; each takes a second or two.",
)
@click.option(
    "--plot",
    "picture",
    type=file_type,
    metavar="FILE",
    help="Draw the learning curve and the calibration of matches as an SVG.",
)
@json_option
@profile_option
@click.pass_obj
def evaluate(session: Session, days: int, picture: Path | None, as_json: bool) -> None:
    """Measure how well past days would have been ranked for you.

    Ranks each past day as if it were today, with only the ratings from before it: by this ranking, by its parts
    alone, and in the digest's own order (newest first). Then measures where the papers stand that you like. Changes
    no rating and no list; the learning curve is kept for the page You of `recommend serve`.

    \b
    Examples:
      recommend evaluate
      recommend evaluate --days 20 --plot evaluation.svg
      recommend evaluate --json | jq .rankers.ours.ndcg.mean
    """
    if picture:
        picture = files.expanded(picture)
        files.check(picture)
    ada = session.recommender
    report = ada.evaluate(days)
    if as_json:
        show_document(evaluation_json(ada.name, report))
    else:
        show(evaluation_text(ada.name, report, session.layout()))
    if picture and report.enough:
        files.write(picture, evaluation_svg(ada.name, report))
        tell(f"The plot is in {picture}.")
    elif picture:
        tell(f"No plot was written to {picture}: there are too few likes to draw.")


COMMANDS = (evaluate,)
