# SPDX-License-Identifier: Apache-2.0
"""How every test runs: where the repository is, and how Hypothesis draws."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

REPOSITORY = Path(__file__).resolve().parent.parent
GOLDEN_DATA = REPOSITORY.parent / "shared" / "data" / "golden"

# The tests are about the definitions of the package, not about those of whoever runs them.
os.environ.pop("CARTULARY_CODEBOOK", None)

# A busy machine is no fault of the code, so no profile times a draw.
# Two runs of the suite draw the same examples; `explore` and `thorough` look for new ones.
settings.register_profile(
    "repeatable",
    deadline=None,
    derandomize=True,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("explore", settings.get_profile("repeatable"), derandomize=False)
settings.register_profile("thorough", settings.get_profile("explore"), max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the checkout."""
    return REPOSITORY


@pytest.fixture(scope="session")
def golden_data() -> Path:
    """The folder of golden data beside the checkout; the test is skipped where it is absent."""
    if not GOLDEN_DATA.is_dir():
        pytest.skip("the golden data folder ../shared/data/golden is not beside this checkout")
    return GOLDEN_DATA


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the files that grow too long, before the test that forbids them fails."""
    source = REPOSITORY / "src"
    long = {
        path.relative_to(REPOSITORY).as_posix(): length
        for path in sorted(source.rglob("*.py"))
        if (length := len(path.read_text(encoding="utf-8").splitlines())) > 400
    }
    if long:
        terminalreporter.section("files past 400 lines: split by idea (600 is refused)")
        for name, length in long.items():
            terminalreporter.write_line(f"{length:4d}  {name}")
