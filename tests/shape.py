"""The shape of the code in figures: `python tests/shape.py [FOLDER]` prints them as a table.

The folder is that of a package, by default this checkout's; another version's shows what has changed.
"""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent / "recommender"
# Imports inside functions are what these modules are for: a table of commands, and two doors to slow rooms.
DOORS = {"cli/__init__.py", "api.py", "ranking/__init__.py"}
# How an import inside a function says why it stands there. Ruff asks for its "noqa" only where the library may be
# imported at the top of other modules.
REASONS = ("# noqa: PLC0415 - ", "# late: ")

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Place:
    """A line of the code, and how large what stands there is."""

    path: str  # below the package: "store/library.py"
    line: int
    name: str  # a function's, or a module's that is imported
    size: int = 1  # parameters or lines

    def __str__(self) -> str:
        return f"{self.path}:{self.line} {self.name} ({self.size})"


@cache
def modules(package: Path) -> list[tuple[str, str]]:
    """Path and text of each module."""
    return [
        (path.relative_to(package).as_posix(), path.read_text(encoding="utf-8"))
        for path in sorted(package.rglob("*.py"))
    ]


@cache
def nodes(text: str) -> list[ast.AST]:
    """All nodes of a module's syntax."""
    return list(ast.walk(ast.parse(text)))


def functions(package: Path) -> list[Place]:
    """All functions and methods, and how many parameters each has, without self and cls."""
    return [
        Place(path, node.lineno, node.name, len(parameters(node)))
        for path, text in modules(package)
        for node in nodes(text)
        if isinstance(node, Function)
    ]


def parameters(function: Function) -> list[str]:
    """The names of a function's parameters without self and cls; "*args" and "**options" with their stars."""
    names = [each.arg for each in (*function.args.posonlyargs, *function.args.args)]
    names = [name for place, name in enumerate(names) if place or name not in ("self", "cls")]
    stars = [f"*{each.arg}" for each in [function.args.vararg] if each]
    doubled = [f"**{each.arg}" for each in [function.args.kwarg] if each]
    return [*names, *stars, *(each.arg for each in function.args.kwonlyargs), *doubled]


@cache
def late_imports(package: Path) -> list[Place]:
    """Imports inside functions, without the modules that are doors."""
    return [
        Place(path, node.lineno, module)
        for path, text in modules(package)
        if path not in DOORS
        for node, module in _late_imports(nodes(text)[0])
    ]


def _late_imports(tree: ast.AST) -> Iterator[tuple[ast.stmt, str]]:
    seen = set()
    for function in ast.walk(tree):
        if isinstance(function, Function):
            for node in ast.walk(function):
                if isinstance(node, ast.Import | ast.ImportFrom) and node not in seen:  # functions may be nested
                    seen.add(node)
                    yield node, node.module or "" if isinstance(node, ast.ImportFrom) else node.names[0].name


def without_reason(package: Path) -> list[Place]:
    """Imports inside functions whose line does not say why."""
    lines = {path: text.splitlines() for path, text in modules(package)}
    return [
        place
        for place in late_imports(package)
        if not any(reason in lines[place.path][place.line - 1] for reason in REASONS)
    ]


def lengths(package: Path) -> list[Place]:
    """Each module's number of lines."""
    return [Place(path, 1, path, text.count("\n")) for path, text in modules(package)]


def longer_than(lines: int, package: Path = PACKAGE) -> list[Place]:
    return [place for place in lengths(package) if place.size > lines]


def with_more_parameters_than(count: int, package: Path = PACKAGE, folder: str = "") -> list[Place]:
    return [place for place in functions(package) if place.size > count and place.path.startswith(folder)]


def table(package: Path) -> str:
    """The figures as a Markdown table."""
    late = late_imports(package)
    rows = {
        "modules": len(lengths(package)),
        "modules of more than 400 lines": len(longer_than(400, package)),
        "lines of the longest module": max(place.size for place in lengths(package)),
        "functions": len(functions(package)),
        "functions with more than 6 parameters": len(with_more_parameters_than(6, package)),
        "most parameters of a function": max(place.size for place in functions(package)),
        "imports inside functions (without the doors)": len(late),
        "imports inside functions that do not say why": len(without_reason(package)),
    }
    return "\n".join(["| what | count |", "| --- | ---: |", *(f"| {name} | {count} |" for name, count in rows.items())])


if __name__ == "__main__":
    print(table(Path(sys.argv[1]) if len(sys.argv) > 1 else PACKAGE))
