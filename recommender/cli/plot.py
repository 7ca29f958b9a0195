"""`recommend plot`: what was learned, and what became of the days, as pictures."""

import sys
from pathlib import Path

import click

from recommender import files
from recommender.cli.session import Session, json_option, profile_option, show_document, tell
from recommender.delivery.pictures import PICTURES, picture_json


@click.command()
@click.argument("kind", metavar="PICTURE", type=click.Choice(list(PICTURES)))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, allow_dash=True),
    metavar="FILE",
    help="Where to write the SVG, - for standard output.  [default: NAME-PICTURE.svg; standard output when piped]",
)
@json_option
@profile_option
@click.pass_obj
def plot(session: Session, kind: str, output: Path | None, as_json: bool) -> None:
    """Draw a picture of your papers, words or days as an SVG.

    \b
    map          liked and disliked papers by topic, and your last list among them
    interests    likes of each topic by month
    words        what the ratings taught: words for and against a paper
    calibration  matches of past lists, and what you liked of them
    days         a year of days: read, missed, failed, without papers

    A browser shows them in its light or dark colours; links and titles are in them. The map keeps its dots where they
    are from day to day. It takes seconds to draw at first; `recommend run` does that ahead.

    \b
    Examples:
      recommend plot map
      recommend plot interests -o interests.svg
      recommend plot words --json | jq '.positive[].text'
      recommend plot days > days.svg
    """
    ada = session.recommender
    standard_output = as_json or (not sys.stdout.isatty() if output is None else str(output) == "-")
    target = files.expanded(output or f"{ada.name}-{kind}.svg")
    if not standard_output:
        files.check(target)
    figures = getattr(ada.pictures, kind)()
    picture = PICTURES[kind]
    if as_json:
        show_document(picture_json(ada.name, kind, figures))
        return
    svg = picture.draw(ada.name, figures)
    if standard_output:
        show_document(svg)
    else:
        files.write(target, svg)
        tell(f"The picture is in {target}; a browser shows it.")
    if missing := picture.missing(figures):
        tell(missing)


COMMANDS = (plot,)
