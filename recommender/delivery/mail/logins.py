"""Signed login links: a token that nobody else can make, good for one use by one browser."""

from datetime import UTC, datetime

from itsdangerous import BadData, URLSafeSerializer

from recommender.delivery.mail.links import Refused

_SALT = "recommender group login"


def sign(key: str, secret: str, until: datetime) -> str:
    """The token of a link.

    Args:
        secret: names the link; random.
        until: when it ends.
    """
    token: str = URLSafeSerializer(key, salt=_SALT).dumps([secret, int(until.timestamp())])
    return token


def read(key: str, token: str) -> tuple[str, datetime]:
    """The secret in a token, and when it ends.

    Raises:
        Refused: it was not signed here.
    """
    try:
        if not key:  # anybody can sign with an empty one
            raise BadData("no key")
        secret, until = URLSafeSerializer(key, salt=_SALT).loads(token)
        return str(secret), datetime.fromtimestamp(until, UTC)
    except (BadData, ValueError, TypeError, OverflowError, OSError) as error:
        raise Refused("its signature is not ours: forged, or cut off when it was copied") from error
