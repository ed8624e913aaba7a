# SPDX-License-Identifier: Apache-2.0
"""The locked requirement files: complete, hashed, of one mind, and free of an address."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.architecture.tree import REPOSITORY

LOCKS = sorted((REPOSITORY / "requirements").glob("*.txt"))
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))

# Extras for more machines or a GPU, which `make demo` and `make test` do not install.
BEYOND_ONE_PROCESSOR = ("dask", "gpu")


def pins(path: Path) -> dict[str, str]:
    """Package to pinned version; a package pinned twice for two environments is refused."""
    found: dict[str, str] = {}
    for name, version in re.findall(r"^([a-z0-9-]+)==([^\s;]+)", path.read_text("utf-8"), re.M):
        assert name not in found, f"{path.name} pins {name} twice"
        found[name] = version
    return found


def named(requirements: list[str]) -> set[str]:
    """The packages that a list of requirements asks for."""
    return {re.split(r"[<>=!~\[; ]", requirement)[0].lower() for requirement in requirements}


def asked_for() -> dict[str, set[str]]:
    """What each locked file must hold at least."""
    base = named(PROJECT["project"]["dependencies"])
    beyond: set[str] = set()
    for name, extra in PROJECT["project"]["optional-dependencies"].items():
        if name in BEYOND_ONE_PROCESSOR:
            beyond |= named(extra)
        else:
            base |= named(extra)
    groups = {name: named(group) for name, group in PROJECT["dependency-groups"].items()}
    return {
        "runtime": base,
        "beyond": base | beyond,
        "test": base | groups["test"],
        "benchmark": base | groups["benchmark"],
        "build": groups["build"],
        "lock": groups["lock"],
    }


def test_there_is_a_locked_file_for_each_set() -> None:
    assert {path.stem for path in LOCKS} == set(asked_for())


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_pin_has_a_hash(lock: Path) -> None:
    entries = re.split(r"\n(?=[a-z0-9])", lock.read_text(encoding="utf-8"))[1:]
    bare = [entry.split("\n")[0] for entry in entries if "--hash=sha256:" not in entry]
    assert entries
    assert not bare


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_no_locked_file_names_an_index(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    assert not re.search(r"https?://|file://|--(?:extra-)?index-url|--find-links", text)


@pytest.mark.parametrize("name", asked_for())
def test_each_locked_file_holds_what_the_project_asks_for(name: str) -> None:
    missing = asked_for()[name] - set(pins(REPOSITORY / "requirements" / f"{name}.txt"))
    assert not missing, "run `make lock`"


def test_every_pin_keeps_to_the_bound_that_the_project_states() -> None:
    bounds = [
        *PROJECT["project"]["dependencies"],
        *PROJECT["project"]["optional-dependencies"]["reports"],
        *(line for group in PROJECT["dependency-groups"].values() for line in group),
    ]
    pinned = {name: version for lock in LOCKS for name, version in pins(lock).items()}
    outside = [
        line
        for line in bounds
        if not Requirement(line).specifier.contains(pinned[Requirement(line).name.lower()])
    ]
    assert not outside


def test_no_package_stands_in_two_versions() -> None:
    versions: dict[str, set[str]] = {}
    for lock in LOCKS:
        for name, version in pins(lock).items():
            versions.setdefault(name, set()).add(version)
    assert not {name: found for name, found in versions.items() if len(found) > 1}


def test_the_benchmark_peers_stay_out_of_what_a_user_installs() -> None:
    installed = set(pins(REPOSITORY / "requirements" / "runtime.txt"))
    assert not installed & {"lifelines", "pandas", "scikit-survival", "statsmodels"}
