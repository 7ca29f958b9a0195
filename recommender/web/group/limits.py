"""How often somebody may ask for a link to log in. What is counted is forgotten when the server ends."""

import ipaddress
import time
from collections import OrderedDict, deque
from collections.abc import Callable

from starlette.requests import Request

from recommender.delivery.mail import headers
from recommender.errors import DeliveryError

_PERIOD = 15 * 60.0  # seconds; a link is good for so long
_MOST_KEYS = 20_000  # that are remembered; the oldest give way
_IPV6_BITS = 64  # of an address that one subscriber has, with all that begin so
_MAX_ADDRESS = 254  # characters of an e-mail address


class Limit:
    """At most so many of each kind in a period.

    Args:
        most: of one kind.
        clock: seconds that only grow.
    """

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._clock = most, clock
        self._moments: OrderedDict[object, deque[float]] = OrderedDict()

    def take(self, kind: object) -> bool:
        """Count one; False: there were too many, and this one is not counted."""
        now = self._clock()
        moments = self._moments.setdefault(kind, deque())
        self._moments.move_to_end(kind)
        while moments and now - moments[0] >= _PERIOD:
            moments.popleft()
        if len(self._moments) > _MOST_KEYS:
            self._moments.popitem(last=False)
        if len(moments) >= self._most:
            return False
        moments.append(now)
        return True


class LinkLimits:
    """Limits on links: of a client, of an address, and of both together.

    One client alone cannot use up what an address has, so that nobody is kept out by a single other machine.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._client, self._address, self._both = Limit(20, clock), Limit(10, clock), Limit(4, clock)

    def client_may(self, request: Request) -> bool:
        """Whether this client may ask once more, for whatever address."""
        return self._client.take(client_of(request))

    def may_mail(self, request: Request, address: str) -> bool:
        """Whether a link may be mailed to this address; the client is not told."""
        key = _mailbox(address)
        return self._both.take((client_of(request), key)) and self._address.take(key)


def _mailbox(address: str) -> str:
    """The mailbox that a text names: with any name before it, in any letters, it is the same one."""
    try:
        return headers.address(address, "the address").addr_spec.lower()
    except DeliveryError:
        return address.strip().lower()[:_MAX_ADDRESS]


def client_of(request: Request) -> str:
    """The network address of a client; that which a proxy on this machine names last is its own client.

    A proxy may add a header of its own after one that the client sent.
    """
    host = request.client.host if request.client else ""
    forwarded = ",".join(request.headers.getlist("x-forwarded-for")).rpartition(",")[2].strip()
    try:
        address = _address(host)
        if address.is_loopback and forwarded:
            address = _address(forwarded)
    except ValueError:
        return host
    if address.version == 6:
        return str(ipaddress.ip_network((address, _IPV6_BITS), strict=False))
    return str(address)


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """An address; one of IPv4 may come as "::ffff:192.0.2.1" from a program that listens for both."""
    address = ipaddress.ip_address(text)
    return (address.ipv4_mapped or address) if address.version == 6 else address
