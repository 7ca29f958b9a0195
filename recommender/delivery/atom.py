"""Shortlists as an Atom feed (RFC 4287), for any feed reader."""

import hashlib
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from recommender.delivery import wording
from recommender.ids import abs_url
from recommender.paper import Recommendation, Shortlist
from recommender.text.lines import harmless, one_line
from recommender.text.readable import readable

_NAMESPACE = "http://www.w3.org/2005/Atom"
_MAX_WHY = 200  # columns
# XML 1.0 takes no other control characters, and no halves of a surrogate pair
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def atom(profile: str, lists: Sequence[tuple[datetime, Shortlist]]) -> str:
    """The feed: one entry a paper, newest list first, best paper first; a paper of several lists has one entry.

    Args:
        lists: each with the moment it was made (aware).
    """
    ElementTree.register_namespace("", _NAMESPACE)
    feed = Element(f"{{{_NAMESPACE}}}feed")
    _add(feed, "id", _uri(profile))
    _add(feed, "title", f"Papers for {profile}")
    _add(feed, "updated", _moment(max((made_at for made_at, _ in lists), default=datetime.fromtimestamp(0, UTC))))
    _add(_add(feed, "author"), "name", "recommender")
    _add(feed, "generator", "recommender")
    seen_ids: set[str] = set()
    for made_at, shortlist in sorted(lists, key=lambda entry: entry[1].day, reverse=True):
        for item in shortlist.items:
            if item.paper.id not in seen_ids:
                seen_ids.add(item.paper.id)
                _add_entry(feed, profile, made_at, shortlist, item)
    return ElementTree.tostring(feed, encoding="unicode", xml_declaration=False) + "\n"


def _add_entry(feed: Element, profile: str, made_at: datetime, shortlist: Shortlist, item: Recommendation) -> None:
    paper = item.paper
    entry = _add(feed, "entry")
    _add(entry, "id", _uri(profile, paper.id))
    _add(entry, "title", readable(paper.title) or wording.NO_TITLE)
    _add(entry, "updated", _moment(made_at))
    for author in paper.authors or ("unknown",):
        _add(_add(entry, "author"), "name", readable(author))
    for category in filter(None, map(one_line, paper.categories)):
        _add(entry, "category", term=category)
    if address := abs_url(paper.id):
        _add(entry, "link", href=address, rel="alternate")
    _add(entry, "summary", _summary(item, shortlist), type="text")


def _add(parent: Element, name: str, text: str = "", **attributes: str) -> Element:
    clean = {attribute: _FORBIDDEN.sub("", harmless(value)) for attribute, value in attributes.items()}
    child = SubElement(parent, f"{{{_NAMESPACE}}}{name}", clean)
    child.text = _FORBIDDEN.sub("", harmless(text)) or None
    return child


def _summary(item: Recommendation, shortlist: Shortlist) -> str:
    """The place in the list, the match and the reasons in one line, then the abstract."""
    match, why = wording.match(item.score), wording.why_listed(item, _MAX_WHY)
    place = f"No. {item.rank} of {wording.day(shortlist.day)}"
    first = place + (f", match {match}" if match else "") + (f": {why}" if why else "")
    return f"{first}\n\n{readable(item.paper.abstract)}"


def _uri(*parts: str) -> str:
    """A URI that is always the same for the same thing and reveals nothing about this machine."""
    digest = hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
    return f"urn:uuid:{digest[:8]}-{digest[8:12]}-5{digest[13:16]}-8{digest[17:20]}-{digest[20:32]}"


def _moment(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
