"""Long lists in parts, a page each; links lead from one to the next."""

from typing import NamedTuple
from urllib.parse import urlencode

from starlette.requests import Request

_SIZE = 50  # entries of a part
_LONGEST_NUMBER = 6  # digits


class Link(NamedTuple):
    """A link to a neighbouring part."""

    relation: str  # "prev", "next"
    address: str
    text: str  # "51 to 100"


class Part(NamedTuple):
    """What of a list one page shows."""

    number: int  # from 1
    address: str  # of the list, up to the number of a part

    @classmethod
    def asked(cls, request: Request) -> "Part":
        """The part that an address asks for by `page=2`; without, the first."""
        query = request.query_params
        page = query.get("page", "")[:_LONGEST_NUMBER]
        others = "".join(f"{urlencode([entry])}&" for entry in query.multi_items() if entry[0] not in ("page", "token"))
        number = int(page) if page.isascii() and page.isdecimal() else 1
        return cls(max(number, 1), f"{request.url.path}?{others}page=")

    @property
    def places(self) -> slice:
        """Where its entries are in the list."""
        return slice((self.number - 1) * _SIZE, self.number * _SIZE)

    def links(self, total: int) -> list[Link]:
        """Links to the parts before and after it, in a list of so many entries."""
        last = max(-(-total // _SIZE), 1)
        before, after = min(self.number - 1, last), self.number + 1
        return [
            Link(relation, f"{self.address}{number}", f"{(number - 1) * _SIZE + 1:,} to {min(number * _SIZE, total):,}")
            for relation, number in (("prev", before), ("next", after))
            if 1 <= number <= last
        ]
