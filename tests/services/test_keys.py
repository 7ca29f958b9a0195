"""The keys that sign answers."""

from pathlib import Path

import pytest
from support import reader_of

from recommender.errors import StoreError
from recommender.services.keys import signing_key


def test_an_answer_is_not_called_forged_where_the_key_cannot_be_looked_for(home, memory, monkeypatch):
    def refuse(path, **_):
        raise PermissionError(13, "Permission denied", str(path))

    reader = reader_of(home)
    monkeypatch.setattr(Path, "stat", refuse)
    with pytest.raises(StoreError, match=r"ada\.db: Permission denied"):
        signing_key(reader.home, "ada")
