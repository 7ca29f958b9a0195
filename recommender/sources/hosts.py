"""Hosts of the internet, and those of a home or a company: a redirect must not lead from the first to the second.

Else a feed could make this program ask a router or a cloud's metadata service, which answer whoever is inside.
"""

import ipaddress
import socket
import unicodedata

_PRIVATE_ENDINGS = (".localhost", ".local", ".localdomain", ".internal", ".intranet", ".lan", ".home", ".corp", ".arpa")
_WITH_IPV4 = [ipaddress.ip_network(network) for network in ("::/96", "64:ff9b::/96")]  # in their last 32 bits


def is_private(host: str) -> bool:
    """Whether a host, by its name or its number in any form, is none of the internet; unknown names are public.

    Args:
        host: "example.org", "127.0.0.1", "2130706433", "0x7f.1", "::1" or "fe80::1%eth0".
    """
    name = unicodedata.normalize("NFKC", host).lower().strip("[]").removesuffix(".")
    if (address := _address(name)) is not None:
        return _is_private(address)
    return "." not in name or name.endswith(_PRIVATE_ENDINGS)


def is_loopback(host: str) -> bool:
    """Whether a host is this machine: what is asked there goes through no proxy."""
    name = host.strip("[]").lower().removesuffix(".")
    address = _address(name)
    return name == "localhost" or name.endswith(".localhost") or (address is not None and address.is_loopback)


def _address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(name))  # also "127.1", octal, hexadecimal and one number
    except (OSError, ValueError):  # a name, or a character that no number has
        return None


def _is_private(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address):
        inside = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        if any(address in network for network in _WITH_IPV4):
            inside.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        if any(each is not None and _is_private(each) for each in inside) or address.is_site_local:
            return True
    return not address.is_global or address.is_multicast
