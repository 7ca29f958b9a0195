"""The code keeps its shape: short modules, few parameters, imports at the top (`python tests/shape.py`)."""

import ast

import shape
from shape import PACKAGE


def test_no_module_has_more_than_400_lines():
    assert not shape.longer_than(400)


def test_imports_inside_functions_are_few_and_say_why():
    assert len(shape.late_imports(PACKAGE)) <= 40
    assert not shape.without_reason(PACKAGE)


def test_no_service_takes_more_than_five_parameters_or_hides_some():
    assert not shape.with_more_parameters_than(5, folder="services/")
    hidden = [
        f"{path}:{node.lineno} {node.name}"
        for path, text in shape.modules(PACKAGE)
        if path.startswith("services/")
        for node in shape.nodes(text)
        if isinstance(node, shape.Function) and node.args.kwarg
    ]
    assert not hidden


def test_functions_with_more_than_six_parameters_become_no_more():
    places = shape.with_more_parameters_than(6)
    assert len(places) <= 7, "\n".join(map(str, places))


def test_parameters_are_counted_whatever_their_kind():
    (function,) = ast.parse("def f(self, a, /, b, *rest, c=1, **options): pass").body
    assert isinstance(function, ast.FunctionDef)
    assert shape.parameters(function) == ["a", "b", "*rest", "c", "**options"]


def test_an_import_inside_a_function_counts_once_and_one_at_the_top_never(tmp_path):
    (tmp_path / "a.py").write_text(
        "import sys\ndef f():\n    import re  # noqa: PLC0415 - slow\n    def g():\n        from os import path\n"
    )
    assert [place.name for place in shape.late_imports(tmp_path)] == ["re", "os"]
    assert [place.name for place in shape.without_reason(tmp_path)] == ["os"]
