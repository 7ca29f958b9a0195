"""Capitals that BibTeX must leave alone: most of its styles write a title in small letters, but what stands in braces.

    Deep GANs for U-Net and $O(N)$        becomes    Deep {GANs} for {U-Net} and {$O(N)$}

In a title in sentence case, later words with a capital are names, and are protected too: "Bounds for {Gaussian} noise".
A title in title case does not tell which of its words are.
"""

import re

from recommender.text.accents import accents
from recommender.text.latex import is_balanced

# A formula, a command with the spaces after it, a brace, or a run of letters and signs
_TOKEN = re.compile(
    r"(?P<formula>\$(?:[^$\\]|\\.)++\$)|(?P<command>\\[A-Za-z]+\s*|\\[^&%#_$])|(?P<brace>[{}])"
    r"|(?P<run>(?:[^\s{}$\\~]|\\[&%#_$])+)",
    re.DOTALL,
)
_PARTS = re.compile("([-–—/])")
_ENDS = (".", "?", "!", ":")  # of a sentence: BibTeX keeps the capital after them
_LEAST = 4  # letters of a word whose first letter tells the case of a title


def protected(latex: str) -> str:
    """A title in LaTeX with braces around the capitals that a style would make small; it reads the same."""
    names_are_capitals = _is_sentence(latex)
    pieces: list[str] = []
    at = depth = 0
    is_first, after_command = True, False
    for token in _TOKEN.finditer(latex):
        pieces.append(latex[at : token.start()])
        at = token.end()
        piece = token[0]
        if token["brace"]:
            depth += 1 if piece == "{" else -1
        elif depth == 0 and token["formula"] and re.search("[A-Z]", piece) and not after_command:
            piece = f"{{{piece}}}"
        elif depth == 0 and token["run"] and not after_command and latex[at : at + 1] not in ("\\", "{"):
            piece = _run(piece, is_name=names_are_capitals and not is_first)
        is_first = (is_first and token["run"] is None) or token[0].endswith(_ENDS)
        after_command = token["command"] is not None or (after_command and token["brace"] is not None)
        pieces.append(piece)
    written = "".join([*pieces, latex[at:]])
    return written if accents(written) == accents(latex) else latex


def own(title: str, plain: str) -> str:
    """The title of an imported entry as it was, braces and all, if it still says the same; else empty."""
    is_whole = is_balanced(title) and is_balanced(title, escaped=True) and len(re.findall(r"(?<!\\)\$", title)) % 2 == 0
    return title if is_whole and accents(title) == plain else ""


def _run(run: str, *, is_name: bool) -> str:
    """One run of letters and signs, with its protected parts in braces."""
    start = next((at for at, sign in enumerate(run) if sign.isalnum()), len(run))
    end = next((at for at in range(len(run), start, -1) if run[at - 1].isalnum()), start)
    before, core, after = run[:start], run[start:end], run[end:]
    parts = _PARTS.split(core)
    letters = [part for part in parts[::2] if part]
    if (is_name and core[:1].isupper()) or (len(letters) > 1 and any(_is_letter(part) for part in letters)):
        core = f"{{{core}}}"  # a name, or a compound such as "U-Net"
    else:
        is_letter = _is_letter(core) and core != "A"
        core = "".join(f"{{{part}}}" if _has_capital(part) or is_letter else part for part in parts)
    return f"{before}{core}{after}"


def _is_letter(part: str) -> bool:
    return len(part) == 1 and part.isupper()


def _has_capital(part: str) -> bool:
    """Whether a capital stands behind the first letter, as in "GANs", "3D" and "mRNA"."""
    return any(sign.isupper() for sign in part[1:])


def _is_sentence(latex: str) -> bool:
    """Whether most of a title's later words begin with a small letter."""
    words = re.findall(rf"(?<![\\\w$])(?<![.?!:] )[^\W\d_]{{{_LEAST},}}", latex)[1:]
    in_small_letters = [word for word in words if word[0].islower()]
    return 2 * len(in_small_letters) > len(words)
