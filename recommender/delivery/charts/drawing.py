"""What all pictures share: SVG of our own, for light and dark pages, so that no plotting library is needed.

A picture is a file of its own, or stands in a page. A page's policy may forbid inline styles (`style-src 'self'`), so
a picture in a page has no <style> and no style attribute: shapes have presentation attributes, which a policy allows
and which alone give a readable picture, and classes that STYLE refines. The page puts STYLE into its style sheet.
"""

import re
from collections.abc import Callable, Iterable
from datetime import date
from html import escape
from typing import NamedTuple

from recommender.ids import abs_url
from recommender.text.readable import readable

# What XML cannot hold, control signs, and marks that turn the direction of what follows.
_UNSEEN = re.compile(
    "[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)
_NARROW = 328  # pixels: a phone of 360 less the margins of a page
_LIGHT = ("#0969da", "#1a7f37", "#8250df", "#9a6700", "#bf3989", "#0e7c86", "#a04100", "#57606a")
_DARK = ("#4493f8", "#3fb950", "#ab7df8", "#d29922", "#f778ba", "#39c5cf", "#f0883e", "#9da7b1")
_LIGHT_TOPICS, _DARK_TOPICS = (
    "\n".join(f".chart .c-t{number} {{ fill: {each}; stroke: {each} }}" for number, each in enumerate(colours))
    for colours in (_LIGHT, _DARK)
)

# Dark on a dark page. No CSS variables: some programs that show SVG do not support them.
# Classes begin with "c-", so that a page's own classes do not apply to them.
STYLE = f"""\
.chart {{ color: #1f2328; max-width: 100%; height: auto }}
.chart a {{ cursor: pointer }} .chart a:focus-visible {{ outline: 2px solid; outline-offset: 2px }}
.chart .c-halo {{ stroke: #ffffff }} .chart .c-page {{ fill: #ffffff; stroke: none }}
.chart .c-quiet {{ fill: #59636e; stroke: none }} .chart .c-grid {{ fill: none; stroke: #d1d9e0; stroke-opacity: 1 }}
.chart .c-ideal {{ stroke: #59636e }} .chart .c-line {{ stroke: #0969da }}
.chart .c-range, .chart .c-dot, .chart .c-bubble, .chart .c-up {{ fill: #0969da }}
.chart .c-bubble {{ stroke: #0969da }}
.chart .c-down {{ fill: #bc4c00 }} .chart .c-today {{ fill: #cf222e; stroke: #ffffff }}
.chart .c-disliked {{ fill: none; stroke: #848d97 }} .chart .c-other {{ fill: #6e7781; stroke: #6e7781 }}
.chart .c-read {{ fill: #1a7f37 }} .chart .c-listed {{ fill: #8bd19b }}
.chart .c-missed {{ fill: none; stroke: #bc4c00 }} .chart .c-failed {{ fill: #cf222e; stroke: #cf222e }}
{_LIGHT_TOPICS}
@media (max-width: 43.99rem) {{ .chart.c-wide {{ display: none }} }}
@media (min-width: 44rem) {{ .chart.c-narrow {{ display: none }} }}
@media (prefers-color-scheme: dark) {{
.chart {{ color: #f0f6fc }} .chart .c-halo {{ stroke: #0d1117 }} .chart .c-page {{ fill: #0d1117 }}
.chart .c-quiet {{ fill: #9198a1 }} .chart .c-grid {{ stroke: #3d444d }} .chart .c-ideal {{ stroke: #9198a1 }}
.chart .c-line, .chart .c-bubble {{ stroke: #4493f8 }}
.chart .c-range, .chart .c-dot, .chart .c-bubble, .chart .c-up {{ fill: #4493f8 }}
.chart .c-down {{ fill: #f0883e }} .chart .c-today {{ fill: #ff7b72; stroke: #0d1117 }}
.chart .c-disliked {{ stroke: #6e7681 }} .chart .c-other {{ fill: #9198a1; stroke: #9198a1 }}
.chart .c-read {{ fill: #3fb950 }} .chart .c-listed {{ fill: #1f6b33 }}
.chart .c-missed {{ stroke: #f0883e }} .chart .c-failed {{ fill: #ff7b72; stroke: #ff7b72 }}
{_DARK_TOPICS}
}}
"""


def no_address(_day: date) -> str:
    """For pictures whose days lead nowhere."""
    return ""


class Frame(NamedTuple):
    """Where a picture stands."""

    inline: bool = False  # in a page that has STYLE in its style sheet; else the picture is a file of its own
    width: int = 760  # of the whole picture, in pixels; 320 at least
    prefix: str = "chart"  # of the ids in it; two pictures of one kind in a page need different ones
    paper_address: Callable[[str], str] = abs_url  # where a paper's id leads; empty: nowhere
    day_address: Callable[[date], str] = no_address
    window: str = ""  # "wide" or "narrow": the only windows that it is shown in; empty: all


FILE = Frame()


class Words(NamedTuple):
    """What a picture says of itself."""

    name: str  # "map": its place in a page
    heading: str
    description: str  # for those who do not see it


def picture(frame: Frame, words: Words, height: float, parts: Iterable[str]) -> str:
    """A whole picture: its parts below the heading.

    Its role is that of an image; with links in it a group's, because what is inside an image cannot be reached.
    """
    heading = wrapped(words.heading, (frame.width - 32) * 12 / 16)[:3]
    lower = 20 * (len(heading) - 1)
    body = "\n".join(parts)
    if lower:
        body = f'<g transform="translate(0 {lower})">\n{body}\n</g>'
    ids = f"{frame.prefix}-{words.name}-title", f"{frame.prefix}-{words.name}-desc"
    size = f"{frame.width}", f"{height + lower:.0f}"
    classes = f"chart chart-{words.name}" + (f" c-{frame.window}" if frame.window else "")
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="{classes}" viewBox="0 0 {size[0]} {size[1]}"'
        + (f' width="{size[0]}" height="{size[1]}"' if frame.inline else "")
        + f' role="{"group" if "<a " in body else "img"}" aria-labelledby="{ids[0]}" aria-describedby="{ids[1]}"'
        + ' fill="currentColor" font-family="system-ui, sans-serif" font-size="12" direction="ltr">',
        f'<title id="{ids[0]}">{escaped(words.heading)}</title>',
        f'<desc id="{ids[1]}">{escaped(words.description)}</desc>',
    ]
    if not frame.inline:
        lines += [
            f"<style>\n{STYLE}</style>",
            f'<rect class="c-page" fill="#ffffff" width="{size[0]}" height="{size[1]}"/>',
        ]
    lines += [text(16, 30 + 20 * place, line, bold=16) for place, line in enumerate(heading)]
    return "\n".join([*lines, body, "</svg>", ""])


def ornament(frame: Frame, height: float, parts: Iterable[str]) -> str:
    """A picture in a page beside words that say the same: screen readers pass over it."""
    body = "".join(parts)
    size = f'viewBox="0 0 {frame.width} {height:.0f}" width="{frame.width}" height="{height:.0f}"'
    return f'<svg class="chart" {size} aria-hidden="true">{body}</svg>'


def for_page(draw: Callable[[Frame], str], frame: Frame) -> str:
    """A picture as wide as the frame, and another for a phone, where the letters of the first would be too small.

    STYLE hides one of them.
    """
    wide = draw(frame._replace(window="wide"))
    return wide + draw(frame._replace(window="narrow", width=_NARROW, prefix=f"{frame.prefix}-narrow"))


def empty(frame: Frame, words: Words) -> str:
    """A picture with nothing in it but why, and what to do about it: the description."""
    lines = wrapped(words.description, frame.width - 32)
    parts = (text(16, 62 + 18 * number, line, "c-quiet") for number, line in enumerate(lines))
    return picture(frame, words, 62 + 18 * len(lines), parts)


def text(x: float, y: float, words: str, classes: str = "", *, anchor: str = "", bold: int = 0) -> str:
    """A line of text.

    Args:
        y: of its base line.
        anchor: "middle" or "end"; empty: it begins at x.
        bold: its size in pixels, in semibold; 0: as the rest.
    """
    attributes = f' class="{classes}"' if classes else ""
    attributes += f' text-anchor="{anchor}"' if anchor else ""
    attributes += f' font-size="{bold}" font-weight="600"' if bold else ""
    return f'<text x="{number(x)}" y="{number(y)}"{attributes}>{escaped(words)}</text>'


def topic_look(number: int) -> tuple[str, str]:
    """The class and the colour of a topic, by its number from 0; -1: of what belongs to no topic."""
    place = number % len(_LIGHT)
    return (f"c-t{place}", _LIGHT[place]) if number >= 0 else ("c-other", "#6e7781")


def hover(words: str) -> str:
    """What is shown while the pointer is on an element, and what names it for those who do not see it."""
    return f"<title>{escaped(words)}</title>" if words else ""


def link(address: str, body: str) -> str:
    """The body as a link; without an address, the body alone."""
    return f'<a href="{escaped(address)}">{body}</a>' if address else body


def group(classes: str, attributes: str, parts: Iterable[str]) -> list[str]:
    """Elements that look alike; nothing where there is none."""
    body = list(parts)
    return [f'<g class="{classes}" {attributes}>', *body, "</g>"] if body else []


def escaped(words: str) -> str:
    """Text of any origin as XML text or attribute."""
    return escape(_UNSEEN.sub("", words))


def clean(words: str, most: int = 300) -> str:
    """A title or name as a person reads it, its beginning at least: no LaTeX, no marks that turn the line around."""
    return _UNSEEN.sub("", readable(words[:most])).strip()


def number(value: float) -> str:
    """A coordinate, to a tenth of a pixel."""
    return f"{round(value, 1) + 0:g}"  # + 0: never -0


def width_of(words: str) -> float:
    """About the width of a text of 12 pixels in semibold, rather too much than too little: fonts differ."""
    return sum(_WIDTHS.get(sign) or (8.6 if sign < "\u1100" else 13.0) for sign in words)


_WIDTHS = {
    **dict.fromkeys("abcdeghknopqsuvxyz0123456789$#*+=<>?~^_", 8.8),
    **dict.fromkeys("ABCDEFGHKLNOPQRSTUVXYZ&", 10.4),
    **dict.fromkeys("mwMW@%", 13.4),
    **dict.fromkeys("ijlIfrt.,:;'|!()[]/-\" ", 6.0),
}


def fitting(words: str, width: float) -> str:
    """The text, or its beginning with an ellipsis, in at most this width."""
    if width_of(words) <= width:
        return words
    room = width - 12
    for place, sign in enumerate(words):
        room -= width_of(sign)
        if room < 0:
            return words[:place].rstrip() + "…"
    return words


def wrapped(words: str, width: float) -> list[str]:
    """The text in lines of at most this width; a longer word is cut."""
    lines: list[str] = []
    for word in words.split():
        if lines and width_of(f"{lines[-1]} {word}") <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(fitting(word, width))
    return lines
