"""`recommend backup`, `restore`, `doctor`: ways back, and what is wrong on the way from source to inbox."""

from pathlib import Path

import click

from recommender import delivery
from recommender.cli.session import Session, file_type, json_option, profile_option, show, show_document, tell
from recommender.delivery import wording
from recommender.delivery.json_output import health_json
from recommender.files import as_argument
from recommender.results.upkeep import Level
from recommender.text.short import counted

_STATES = {Level.GOOD: "ok", Level.NOTE: "note", Level.WRONG: "WRONG"}
WRONG = 9  # the exit code of a check that found something wrong


@click.command()
@click.argument("file", type=file_type, required=False)
@profile_option
@click.pass_obj
def backup(session: Session, file: Path | None) -> None:
    """Write a backup of a profile. It has ratings, lists, mails and settings, and is whole while others write.

    FILE may be a folder, and an earlier backup, which is replaced; a name that ends in .db gets a copy of the
    database alone. Without FILE the backup lies in the folder `backups` of the home, where `today`, `triage`, `mail`
    and `run` make one by themselves each day and keep the last seven. Damaged ratings are never backed up over good
    ones. Passwords are not in it, nor is the library, which is read from digests again.

    \b
    Examples:
      recommend backup
      recommend backup ~/backup/ada.zip
    """
    ada = session.recommender
    made = ada.upkeep.back_up(file)
    show(f"{ada.name}: {wording.ratings(made.liked, made.disliked)}. Backed up in {made.path};")
    show(f"`recommend restore {as_argument(made.path)}` brings it back.")


@click.command()
@click.argument("file", type=file_type, required=False)
@json_option
@profile_option
@click.pass_obj
def restore(session: Session, file: Path | None, as_json: bool) -> None:
    """Bring a profile back as a backup has it. Without FILE, list the backups here.

    FILE is what `recommend backup` or `recommend profile export` wrote, a copy of the database, or the name of a
    backup in the list. What it replaces is kept as a backup of its own, and a damaged database is set aside. Mails
    that went out stay known, so that no paper is mailed twice. A FILE that is damaged or no backup changes nothing.

    \b
    Examples:
      recommend restore
      recommend restore ada.2026-11-26.zip
      recommend restore ~/backup/ada.zip -p ada
    """
    ada = session.recommender
    if file is not None and as_json:
        raise click.UsageError("--json is for the list alone: `recommend restore --json`")
    if file is None:
        backups = ada.upkeep.backups()
        if as_json:
            show_document(delivery.json_state.backups_json(ada.name, backups))
            return
        for each in backups:
            ratings = wording.ratings(each.liked, each.disliked)
            show(f"{each.path.name:<34} {wording.moment(each.made_at)}, {ratings}, {each.size / 1024:,.0f} kB", 4)
        if not backups:
            tell("No backup is here yet; `recommend backup` makes one, and each day's `recommend today` another.")
        return
    restored = ada.upkeep.restore(file)
    what = "Ratings, lists and settings" if restored.settings else "Ratings and lists"
    show(f"{what} of {restored.profile} are those of {file}: {wording.ratings(restored.liked, restored.disliked)}.")
    if restored.kept:
        show(f"What was there before is in {restored.kept}.")


@click.command()
@click.option("--fix", is_flag=True, help="Mend what needs no decision of yours; what is replaced is kept.")
@json_option
@profile_option
@click.pass_obj
def doctor(session: Session, fix: bool, as_json: bool) -> None:
    """Check each link from source to inbox, and say what mends it.

    Looked at are the home, stray and half-made files, the library with its full text, ratings, backups, settings,
    sources, lists, mail, answers, schedule and clock. No server is asked, and nothing is sent. Ends with 9 if
    something is wrong and was not mended. --fix saves what can be read of a damaged database and adds what only the
    newest backup has; the damaged file is kept.

    \b
    Examples:
      recommend doctor
      recommend doctor --fix -p ada
      recommend doctor --json | jq '.findings[] | select(.level == "wrong")'
    """
    report = session.recommender.upkeep.check(fix=fix)
    if as_json:
        show_document(health_json(report))
    else:
        for finding in report.findings:
            state = "mended" if finding.mended else _STATES[finding.level]
            remedy = f" → {finding.remedy}" if finding.remedy and not finding.mended else ""
            show(f"{finding.link:<9} {state:<6} {finding.text}{remedy}", 17)
        show("Nothing is wrong." if not report.wrong else f"{counted(report.wrong, 'thing')} to mend.")
    if report.wrong:
        click.get_current_context().exit(WRONG)


COMMANDS = (backup, restore, doctor)
