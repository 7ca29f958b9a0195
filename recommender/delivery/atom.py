"""Shortlists as an Atom feed (RFC 4287), for any feed reader."""

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime

from recommender.delivery import wording
from recommender.ids import abs_url
from recommender.paper import Recommendation, Shortlist
from recommender.text.readable import readable

_ATOM = "http://www.w3.org/2005/Atom"
_WHY_WIDTH = 200
# XML 1.0 takes no other control characters, and no halves of a surrogate pair
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def atom(profile: str, lists: Sequence[tuple[datetime, Shortlist]]) -> str:
    """The feed: one entry a paper, newest list first, best paper first; a paper in several lists stands once.

    Args:
        lists: each with the moment it was made (aware).
    """
    from xml.etree import ElementTree

    ElementTree.register_namespace("", _ATOM)
    feed = ElementTree.Element(f"{{{_ATOM}}}feed")

    def add(parent: ElementTree.Element, name: str, text: str = "", **attributes: str) -> ElementTree.Element:
        child = ElementTree.SubElement(parent, f"{{{_ATOM}}}{name}", attributes)
        child.text = _FORBIDDEN.sub("", text) or None
        return child

    add(feed, "id", _id(profile))
    add(feed, "title", f"Papers for {profile}")
    add(feed, "updated", _moment(max((made for made, _ in lists), default=datetime.fromtimestamp(0).astimezone())))
    add(add(feed, "author"), "name", "recommender")
    add(feed, "generator", "recommender")
    told: set[str] = set()
    for made, shortlist in sorted(lists, key=lambda each: each[1].day, reverse=True):
        for item in shortlist.items:
            if item.paper.id in told:
                continue
            told.add(item.paper.id)
            entry = add(feed, "entry")
            add(entry, "id", _id(profile, item.paper.id))
            add(entry, "title", readable(item.paper.title) or "(no title)")
            add(entry, "updated", _moment(made))
            for author in item.paper.authors or ("unknown",):
                add(add(entry, "author"), "name", readable(author))
            for category in item.paper.categories:
                add(entry, "category", term=category)
            if address := abs_url(item.paper.id):
                add(entry, "link", href=address, rel="alternate")
            add(entry, "summary", _summary(item, shortlist), type="text")
    return ElementTree.tostring(feed, encoding="unicode", xml_declaration=False) + "\n"


def _summary(item: Recommendation, shortlist: Shortlist) -> str:
    """Why it is there, in a line, then the abstract."""
    match = f", match {wording.match(item.score)}" if wording.match(item.score) else ""
    why = wording.why_listed(item, _WHY_WIDTH)
    first = f"No. {item.rank} of {wording.day(shortlist.day)}{match}" + (f": {why}" if why else "")
    return f"{first}\n\n{readable(item.paper.abstract)}"


def _id(*parts: str) -> str:
    """A URI that stays the same for the same thing, and says nothing of this machine."""
    digest = hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
    return f"urn:uuid:{digest[:8]}-{digest[8:12]}-5{digest[13:16]}-8{digest[17:20]}-{digest[20:32]}"


def _moment(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
