"""What is written anew of numpy, for its slow imports, gives what numpy gives."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.ranking.light import quantile, union

integers = st.lists(st.integers(0, 9)).map(lambda numbers: np.array(numbers, dtype=np.int64))


@given(integers, integers)
def test_a_union_is_numpys(one, other):
    assert union(one, other).tolist() == np.union1d(one, other).tolist()
    assert union(one).tolist() == np.unique(one).tolist()


@given(st.lists(st.floats(-1e6, 1e6), min_size=1), st.floats(0, 1))
def test_a_quantile_is_numpys(numbers, share):
    assert quantile(np.array(numbers), share) == pytest.approx(float(np.quantile(numbers, share)), rel=1e-9, abs=1e-9)
