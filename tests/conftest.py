"""What all tests share: Hypothesis repeats the same examples everywhere, and never fails for being slow."""

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "repeatable",
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("repeatable")


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Two processes begin with the tests with a browser: each has its own server and browser, and half the files."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is None)
    with_browser = [item for item in items if item.get_closest_marker("browser")]
    files = sorted({item.path for item in with_browser})
    for item in with_browser:
        half = 2 * files.index(item.path) // len(files)
        item.add_marker(pytest.mark.xdist_group(f"browser {half + 1}"))
