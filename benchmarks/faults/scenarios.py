"""The commands that meet faults, each in the same world."""

from typing import NamedTuple


class Scenario(NamedTuple):
    """One command of a reader."""

    name: str
    arguments: tuple[str, ...]  # "{}" stands for the world's folder
    whole: bool = True  # its ratings come all or none
    repeatable: bool = True  # once more, it changes nothing more
    again: tuple[int, ...] = (0,)  # exit codes of the same command after it succeeded or failed
    fine: tuple[int, ...] = (0,)  # exit codes where nothing goes wrong


SCENARIOS = {
    scenario.name: scenario
    for scenario in (
        Scenario("init", ("init", "bob", "--no-input", "--interests", "lakes"), again=(0, 5)),
        Scenario("today", ("-p", "ada", "today")),
        Scenario("fetch", ("-p", "ada", "fetch")),
        Scenario("like", ("-p", "ada", "like", "7", "8")),
        Scenario("first like", ("-p", "example", "like", "2603.00007")),  # makes the database of a profile that ships
        Scenario("dislike", ("-p", "ada", "dislike", "2", "7")),
        Scenario("read", ("-p", "ada", "read", "8")),
        Scenario("unmark", ("-p", "ada", "unmark", "1")),
        Scenario("undo", ("-p", "ada", "undo"), repeatable=False),
        Scenario("import", ("-p", "ada", "import", "{}/library.bib", "--offline")),
        Scenario("export", ("-p", "ada", "export", "all", "-o", "{}/out/papers.bib")),
        Scenario("feed", ("-p", "ada", "feed", "{}/out/feed.xml")),
        Scenario("follow", ("-p", "ada", "follow", "Ada Lovelace")),
        Scenario("mute", ("-p", "ada", "mute", "word:survey")),
        Scenario("mail", ("-p", "ada", "mail"), again=(0, 10, 11, 12, 13, 14)),
        Scenario("inbox", ("-p", "ada", "inbox"), whole=False),
        Scenario("run", ("-p", "ada", "run"), whole=False),
        Scenario("profile export", ("-p", "ada", "profile", "export", "{}/out/ada.zip"), again=(0, 7)),
        Scenario("profile import", ("profile", "import", "{}/old.zip", "--as", "carl"), again=(0, 5)),
        # its copy is named by the second, so that a second one at once is refused
        Scenario("profile reset", ("-p", "old", "profile", "reset", "--yes"), repeatable=False, again=(0, 7)),
        Scenario("prune", ("library", "prune", "--before", "2026-03-03", "--yes")),
        Scenario("search", ("-p", "ada", "search", "lake")),
        Scenario("history", ("-p", "ada", "history")),
        Scenario("status", ("-p", "ada", "status")),
    )
}
