"""Hand a mail to a command that takes sendmail's arguments, as Postfix, Exim, OpenSMTPD and msmtp have one."""

import os
import shlex
import subprocess
import tempfile
from dataclasses import dataclass

from recommender.delivery.mail.receipt import MAX_QUOTE, Envelope, OutcomeUnknown, Receipt, StoppedAtTheEnd, quote
from recommender.errors import DeliveryError, ProfileError

TIMEOUT = 300  # seconds
EXAMPLE = "sendmail:/usr/sbin/sendmail"

_MAY_BE_QUEUED = 75  # EX_TEMPFAIL: sendmail(8) has then queued the mail, msmtp has not


@dataclass(frozen=True, slots=True)
class Sendmail:
    """A command that reads a mail from its standard input."""

    command: tuple[str, ...]  # ("/usr/sbin/sendmail", "-i")

    def __str__(self) -> str:
        return f"sendmail:{self.command[0]}"


def parse(command: str) -> Sendmail:
    """The command that stands after "sendmail:" in an address.

    Raises:
        ProfileError: there is none, or its quotes are not closed.
    """
    try:
        arguments = tuple(shlex.split(command))
    except ValueError:
        arguments = ()
    if not arguments:
        raise ProfileError(f"sendmail: must be followed by a command, like {EXAMPLE}")
    return Sendmail(arguments)


def deliver(envelope: Envelope, transport: Sendmail) -> Receipt:
    """Run the command once with the mail as its input.

    Raises:
        OutcomeUnknown: it was killed, did not end in time, or may have queued the mail.
        DeliveryError: it is missing or failed.
    """
    options = () if "-i" in transport.command else ("-i",)  # without -i a line of a single dot ends the mail
    arguments = [*transport.command, *options, "-f", envelope.sender, "--", *envelope.recipients]
    with tempfile.TemporaryFile() as output:  # no pipe: a process left behind would keep it open
        try:
            ended = subprocess.run(
                arguments, input=envelope.local, stdout=output, stderr=output, timeout=TIMEOUT, check=False
            )
        except subprocess.TimeoutExpired:
            raise OutcomeUnknown(transport, f"no end within {TIMEOUT} seconds") from None
        except KeyboardInterrupt as stop:
            raise StoppedAtTheEnd from stop
        except OSError as error:
            reason = error.strerror or error
            raise DeliveryError(f"{transport}: {reason}; is it installed, and the path right?") from error
        output.seek(0)
        words = quote(output.read(4 * MAX_QUOTE), _passwords()) or "nothing"
    if ended.returncode < 0 or ended.returncode == _MAY_BE_QUEUED:
        reason = f"it ended with {ended.returncode} and said: {words}"
        raise OutcomeUnknown(transport, reason, refused=ended.returncode == _MAY_BE_QUEUED)
    if ended.returncode:
        raise DeliveryError(
            f"{transport}: it failed with {ended.returncode} and said: {words}; try the command by hand"
        )
    return Receipt(envelope.recipients, {}, f"taken by {transport.command[0]}")


def _passwords() -> list[str]:
    """The passwords that the command got from our environment, and may print."""
    return [text for name, text in os.environ.items() if name.startswith("RECOMMEND_") and name.endswith("_PASSWORD")]
