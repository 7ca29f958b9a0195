"""The JSON Schemas of what commands print with `--json`: read, made strict for tests, and written into docs/json.md."""

import json
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Any

import click
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

Schema = dict[str, Any]
_PARTS = ("paper", "score")  # definitions that stand in `allOf`, beside other fields


@cache
def schemas() -> dict[str, Schema]:
    """All files of `recommender/schemas` by name: "today", "common"."""
    folder = resources.files("recommender.schemas")
    return {
        file.name.removesuffix(".json"): json.loads(file.read_text(encoding="utf-8"))
        for file in sorted(folder.iterdir(), key=lambda file: file.name)
        if file.name.endswith(".json")
    }


def validator(name: str) -> Draft202012Validator:
    """Checks documents of this name, and refuses a field that the schema does not have.

    The schema itself allows such fields: new ones may come within a version.
    """
    registry = Registry().with_resources(
        (f"{each}.json", Resource.from_contents(strict(schema))) for each, schema in schemas().items()
    )
    return Draft202012Validator(
        strict(schemas()[name]), registry=registry, format_checker=Draft202012Validator.FORMAT_CHECKER
    )


def strict(schema: Any, name: str = "") -> Any:
    """The schema, in which each object has no field but its own; `remark` has figures that depend on its kind."""
    if isinstance(schema, list):
        return [strict(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {key: strict(each, key) for key, each in schema.items()}
    if "properties" in schema and isinstance(schema.get("required"), list) and name not in (*_PARTS, "remark"):
        inner["unevaluatedProperties"] = False
    return inner


def commands_with_json(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every command that has `--json`, by the words that call it."""
    context = click.Context(group)
    for name in list(group.commands) or group.list_commands(context):
        command = group.get_command(context, name)
        assert command
        if any("--json" in parameter.opts for parameter in command.params):
            yield (*path, name)
        if isinstance(command, click.Group):
            yield from commands_with_json(command, (*path, name))


def documentation() -> str:
    """What each document has, as Markdown: a table of fields for each file."""
    own = {name: schema for name, schema in schemas().items() if name != "common"}
    lines = []
    for name, schema in own.items():
        command, _, meaning = schema["title"].partition(": ")
        lines += [f"### `{command}`", "", f"{meaning[:1].upper()}{meaning[1:]} (`{name}.json`)."]
        if "$ref" in schema:
            lines[-1] += f" [The fields]({_anchor(schema)})."
        else:
            lines += ["", *_table(schema)]
        lines.append("")
    lines += ["## Common parts", ""]
    for name, schema in schemas()["common"]["$defs"].items():
        lines += [f"### {name}", "", *_table(schema), ""]
    return "\n".join(lines).rstrip()


def _table(schema: Schema) -> list[str]:
    also = [f"All fields of {_link(part)}." for part in schema.get("allOf", ())]
    rows = [f"| `{path}` | {kind} | {meaning} |" for path, kind, meaning in _rows(schema, "")]
    return [*also, *([""] if also else []), "| field | type | meaning |", "| --- | --- | --- |", *rows]


def _rows(schema: Schema, path: str) -> Iterator[tuple[str, str, str]]:
    for name, field in schema.get("properties", {}).items():
        here = f"{path}{name}"
        note = field.get("description", "")
        if name not in schema.get("required", ()):
            note = f"{note} (not always there)".strip()
        inner = field.get("items", field)
        also = ", ".join(f"the fields of {_link(part)}" for part in inner.get("allOf", ()))
        yield here, _kind(field), "; ".join(filter(None, (note, also)))
        if isinstance(inner, dict):
            yield from _rows(inner, f"{here}[]." if inner is not field else f"{here}.")
        if isinstance(more := field.get("additionalProperties"), dict):
            yield from _rows(more, f"{here}.*.")


def _kind(field: Schema) -> str:
    if "$ref" in field:
        return _link(field)
    if "enum" in field:
        return ", ".join("null" if value is None else f"`{value}`" for value in field["enum"])
    if "const" in field:
        return f"`{field['const']}`"
    if "anyOf" in field:
        return " or ".join(map(_kind, field["anyOf"]))
    kinds = field["type"] if isinstance(field["type"], list) else [field["type"]]
    words = [field.get("format", "text") if kind == "string" else kind for kind in kinds]
    if "array" in kinds and isinstance(inner := field.get("items"), dict):
        words[kinds.index("array")] = f"list of {_kind(inner)}"
    return " or ".join(words)


def _link(schema: Schema) -> str:
    return f"[{schema['$ref'].rpartition('/')[2]}]({_anchor(schema)})"


def _anchor(schema: Schema) -> str:
    return f"#{schema['$ref'].rpartition('/')[2]}"
