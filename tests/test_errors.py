"""The tree of errors in the docstring of errors.py is complete and true."""

import re

from recommender import errors


def test_the_documented_tree_names_every_error_its_exit_code_and_its_base():
    documented = re.findall(r"^([│├└─ ]*)(\w+) +(\d+)  \S", errors.__doc__, re.MULTILINE)
    classes = [item for item in vars(errors).values() if isinstance(item, type) and issubclass(item, Exception)]
    assert [name for _, name, _ in documented] == [error.__name__ for error in classes]  # in one order, too
    assert [int(code) for _, _, code in documented] == [error.exit_code for error in classes]
    bases = ["Exception"]
    for branch, name, _ in documented:
        depth = len(branch) // len("├── ")
        assert getattr(errors, name).__base__.__name__ == bases[depth], name
        bases[depth + 1 :] = [name]
