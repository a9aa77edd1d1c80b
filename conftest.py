"""Tests that share something dear stay on one worker: a portal that is served, models that are trained, wheels that are built.

pytest-xdist tells its scheduler the group of a test by a suffix of the test's id, `…@e2e`, and puts it where this pytest does
not look. Without the suffix every worker makes all that is dear for itself, and only the clock would tell.
"""

import pytest
from _pytest.nodeid import NodeId


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let the ids bear the groups that pytest-xdist gave them."""
    if getattr(config.option, "loadgroup", False):
        for item in items:
            item._id = NodeId.parse(getattr(item, "_nodeid", item.nodeid))  # noqa: SLF001 - see above
