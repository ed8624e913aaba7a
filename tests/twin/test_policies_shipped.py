# SPDX-License-Identifier: Apache-2.0
"""One set of policies and populations: what the package ships and what a user copies are equal."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from cartulary.twin.policy_reader import read_policy
from cartulary.twin.population_reader import read_population
from tests.conftest import REPOSITORY

SHIPPED = Path(str(files("cartulary.twin")))
EXAMPLES = REPOSITORY / "examples"
# Everyday practice and the trial's rules: what the calibration holds its cohorts under.
FOR_CALIBRATION = {"practice", "trial"}


def _by_id(kind: str, folder: Path) -> dict[str, Path]:
    """The file of each id; two files with one id cannot both be meant."""
    found: dict[str, Path] = {}
    for path in sorted((folder / kind).glob("*.toml")):
        name = (
            read_policy(path).policy_id
            if kind == "policies"
            else read_population(path).population_id
        )
        assert name not in found, f"{path} and {found.get(name)} have one id, {name}."
        found[name] = path
    return found


@pytest.mark.parametrize("kind", ["policies", "populations"])
def test_a_file_that_is_shipped_and_an_example_with_the_same_id_are_byte_equal(kind: str) -> None:
    shipped, shown = _by_id(kind, SHIPPED), _by_id(kind, EXAMPLES)
    both = sorted(set(shipped) & set(shown))
    assert both
    different = [name for name in both if shipped[name].read_bytes() != shown[name].read_bytes()]
    assert not different, "Change both files, under src/cartulary/twin and examples."


def test_every_policy_to_copy_can_be_asked_about_in_the_app_and_none_is_hidden() -> None:
    shipped, shown = _by_id("policies", SHIPPED), _by_id("policies", EXAMPLES)
    assert set(shipped) == set(shown) | FOR_CALIBRATION
    assert not set(shown) & FOR_CALIBRATION
