"""Hand a mail to a delivery of another package."""

from dataclasses import dataclass
from email.message import EmailMessage

from recommender import plugins
from recommender.delivery.mail.receipt import Envelope, OutcomeUnknown, Receipt, quote
from recommender.errors import DeliveryError


@dataclass(frozen=True, slots=True)
class Plugin:
    """A delivery of another package."""

    name: str
    address: str  # for the plugin alone: it may hold a password
    deliver: plugins.Delivery

    def __str__(self) -> str:
        return f"{self.name}:"


def parse(name: str, address: str) -> Plugin | None:
    """The delivery of this name; None: no package has one.

    Raises:
        ProfileError: it cannot be loaded.
    """
    found = plugins.load(plugins.DELIVERIES, name) if name else None
    return Plugin(name, address, found) if found else None


def deliver(envelope: Envelope, message: EmailMessage, transport: Plugin) -> Receipt:
    """Let the plugin deliver a mail.

    Raises:
        DeliveryError: it says that it did not.
        OutcomeUnknown: it raised something else, or did not end.
    """
    secrets = (transport.address,)
    try:
        answer = plugins.call(lambda: transport.deliver(message, envelope.recipients, transport.address))
    except plugins.Failed as failure:
        if isinstance(failure.cause, KeyboardInterrupt):
            raise failure.cause from failure
        if isinstance(failure.cause, DeliveryError):
            reason = quote(str(failure.cause), secrets)
            raise DeliveryError(f"{transport} {reason}", temporary=failure.cause.temporary) from failure
        raise OutcomeUnknown(transport, quote(str(failure), secrets)) from failure
    return Receipt(
        envelope.recipients, {}, quote(answer, secrets) if isinstance(answer, str) and answer else "delivered"
    )
