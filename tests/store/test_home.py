"""The folder of a home: what belongs to one profile stays with it."""

import subprocess
import sys
import textwrap

from support import SEED

from recommender.store.home import Home


def test_counts_are_kept_for_each_profile_and_nothing_is_lost_without_them(home):
    here = Home(home, home)
    home.mkdir()
    (home / "library.counts").write_bytes(b"of an older version")
    assert here.cached("ada", "counts") == b""
    assert (home / "library.counts").exists()
    here.keep_cached("ada", "counts", b"12")
    assert (here.cached("ada", "counts"), here.cached("bob", "counts")) == (b"12", b"")
    assert [path.name for path in home.iterdir()] == ["cache"]
    (home / "cache" / "ada.counts").unlink()
    (home / "cache" / "ada.counts").mkdir()  # no file can take its place
    here.keep_cached("ada", "counts", b"3")
    assert here.cached("ada", "counts") == b""
    assert [path.name for path in (home / "cache").iterdir()] == ["ada.counts"]


def test_an_imported_profile_takes_nothing_of_one_that_was_removed_by_hand(home, run, tmp_path):
    run("today", "-p", "example", SEED)
    run("init", "ada", "--no-input")
    run("like", "-p", "ada", "2005.05896")
    run("profile", "export", "-p", "ada", tmp_path / "ada.zip")
    file = home / "profiles" / "ada.db"
    program = textwrap.dedent(
        """
        import os, sys
        from datetime import UTC, datetime
        from pathlib import Path
        from recommender.paper import Paper, Verdict
        from recommender.store.profile_store import ProfileStore

        papers = [Paper(f"2001.{number:05}", "title", "word " * 1000) for number in range(30)]
        ProfileStore(Path(sys.argv[1])).judge(papers, Verdict.DISLIKE, command="dislike", at=datetime.now(UTC))
        os._exit(1)  # as if killed: what was written last is in a file of its own
        """
    )
    subprocess.run([sys.executable, "-c", program, file], check=False)
    assert file.with_name("ada.db-wal").exists()
    file.unlink()
    (home / "profiles" / "ada.toml").unlink()
    run("profile", "import", tmp_path / "ada.zip")
    assert "1 liked, 0 disliked" in run("status", "-p", "ada").out
