"""Groups of tests reach the scheduler of pytest-xdist; see `conftest.py` at the root."""

import pytest


@pytest.mark.xdist_group("together")
def test_a_test_of_a_group_bears_it_in_its_id_where_groups_count(request: pytest.FixtureRequest) -> None:
    groups_count = request.config.getoption("loadgroup", default=False)
    assert request.node.nodeid.endswith("@together") is groups_count
