"""`recommend topics`: the reader's topics, and what the reader decides about them."""

import click

from recommender.cli.session import Session, json_option, profile_option, show, show_document
from recommender.delivery import topics as delivery

_TOPIC = click.argument("topic", metavar="TOPIC")


@click.group(invoke_without_command=True)
@json_option
@profile_option
@click.pass_context
def topics(context: click.Context, as_json: bool) -> None:
    """List your topics; rename, merge, weigh, drop or reset some.

    Topics are the groups that your likes form, and your stated interests (separated by ";" or lines). Where there are
    several, each has a share of the list, and the list says which one a paper is for.

    In the commands below, TOPIC is a number of this list, a name, or the beginning of one.

    \b
    Examples:
      recommend topics
      recommend topics rename 2 "neural MT"
      recommend topics merge 2 3
      recommend topics weigh 2 0.5
    """
    if context.invoked_subcommand is None:
        session: Session = context.obj
        listed = session.recommender.topics.all()
        if as_json:
            show_document(delivery.topics_json(session.recommender.name, listed))
        else:
            show(delivery.topics_text(listed, session.layout()))
    elif as_json:
        raise click.UsageError("--json is for the list alone: `recommend topics --json`")


@topics.command()
@_TOPIC
@click.argument("name")
@profile_option
@click.pass_obj
def rename(session: Session, topic: str, name: str) -> None:
    """Give a topic another name.

    A stated interest has the words of the setting `interests`; change them there.

    \b
    Examples:
      recommend topics rename 2 "neural MT"
      recommend topics rename translation "neural MT"
    """
    show(delivery.renamed(session.recommender.topics.rename(topic, name)))


@topics.command()
@click.argument("topics", metavar="TOPIC TOPIC...", nargs=-1, required=True)
@click.option("--name", metavar="NAME", help="The name of the merged topic.  [default: that of the first]")
@profile_option
@click.pass_obj
def merge(session: Session, topics: tuple[str, ...], name: str | None) -> None:
    """Make several topics one.

    \b
    Examples:
      recommend topics merge 2 3
      recommend topics merge 2 3 5 --name "machine translation"
    """
    if len(topics) < 2:
        raise click.UsageError("name two or more topics: recommend topics merge 2 3")
    show(delivery.merged(session.recommender.topics.merge(*topics, name=name)))


@topics.command()
@_TOPIC
@click.argument("weight", type=float)
@profile_option
@click.pass_obj
def weigh(session: Session, topic: str, weight: float) -> None:
    """Give a topic more of the list, or less.

    WEIGHT is 1 for a usual share, 0.5 for half of one, 2 for two; at most 10.

    \b
    Examples:
      recommend topics weigh 2 0.5
      recommend topics weigh "graph networks" 2
    """
    show(delivery.weighed(session.recommender.topics.weigh(topic, weight)))


@topics.command()
@_TOPIC
@profile_option
@click.pass_obj
def drop(session: Session, topic: str) -> None:
    """Take a topic out of your lists: its papers teach nothing any more.

    The papers stay liked, and are not shown again. Papers on it that you like from now on count as usual.

    \b
    Example:
      recommend topics drop 2
    """
    show(delivery.dropped(session.recommender.topics.drop(topic)))


@topics.command()
@click.argument("topics", metavar="[TOPIC]...", nargs=-1)
@profile_option
@click.pass_obj
def reset(session: Session, topics: tuple[str, ...]) -> None:
    """Forget what you decided about topics: of TOPIC, or of all.

    \b
    Examples:
      recommend topics reset 2
      recommend topics reset
    """
    names = session.recommender.topics.reset(*topics)
    show(delivery.forgotten(names))


COMMANDS = (topics,)
