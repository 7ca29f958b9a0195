"""A fast test that has become slow is named, so that `make check` stays short."""

from types import SimpleNamespace

import costs


def report(test, seconds, when="call"):
    return SimpleNamespace(nodeid=test, when=when, user_properties=[(costs.PROPERTY, seconds)])


def test_tests_that_cost_much_are_named_the_dearest_first():
    reports = [report("a", 0.1), report("b", 3.5), report("c", 9), report("c", 9, "teardown"), SimpleNamespace()]
    assert list(costs.too_dear(reports)) == ["9.0 s c", "3.5 s b"]


def test_the_cost_of_this_test_will_be_known(request):
    start = costs.used()
    while costs.used() - start < 0.05:
        pass
    assert not [name for name, _ in request.node.user_properties]  # it is added when the body has ended
