"""Two computations at the same time: both results, or the exception of one."""

from threading import Event

import pytest

from recommender.ranking.parallel import both


def test_each_can_wait_for_the_other():
    first, second = Event(), Event()

    def one():
        first.set()
        return second.wait(30)

    def other():
        second.set()
        return first.wait(30)

    assert both(one, other) == (True, True)


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_what_one_raises_is_raised_after_the_other_has_ended(error):
    done = []

    def fails():
        raise error

    with pytest.raises(error):
        both(fails, lambda: done.append("other"))
    with pytest.raises(error):
        both(lambda: done.append("one"), fails)
    assert done == ["other", "one"]
