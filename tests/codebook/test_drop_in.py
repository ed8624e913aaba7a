# SPDX-License-Identifier: Apache-2.0
"""One file dropped into a folder is an endpoint everywhere, and no program is touched."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY
from tests.journeys.drawn_programme import drawn_programme

ENDPOINTS = REPOSITORY / "src" / "cartulary" / "codebook" / "endpoints"
TEMPLATE = "efs.treatment_policy"
OURS = "efs.our_centre"
NAME = "Event-free survival as our centre counts it"
START = "from cartulary.cli.main import main; main()"


def new_definition() -> str:
    """A definition of a centre's own: a shipped one under another id and name."""
    text = (ENDPOINTS / f"{TEMPLATE}.toml").read_text(encoding="utf-8")
    lines = text.replace(f'id = "{TEMPLATE}"', f'id = "{OURS}"', 1).splitlines()
    place = lines.index("[name]") + 1
    assert lines[place].startswith("en = ")
    lines[place] = f'en = "{NAME}"'
    return "\n".join(lines) + "\n"


@pytest.fixture(params=["a centre's own folder", "the package's folder"])
def surroundings(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    """The environment of a command, after one file was dropped in one of the two places."""
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    if request.param == "a centre's own folder":
        dropped = tmp_path / "ours" / "endpoints" / f"{OURS}.toml"
        dropped.parent.mkdir(parents=True)
        environment["CARTULARY_CODEBOOK"] = str(tmp_path / "ours")
    else:
        package = tmp_path / "copied" / "cartulary"
        shutil.copytree(
            REPOSITORY / "src" / "cartulary",
            package,
            ignore=shutil.ignore_patterns("__pycache__"),
        )
        dropped = package / "codebook" / "endpoints" / f"{OURS}.toml"
        environment["PYTHONPATH"] = str(package.parent)
    dropped.write_text(new_definition(), encoding="utf-8")
    return environment


def printed(environment: Mapping[str, str], *arguments: object) -> str:
    """What a fresh Python prints for one command."""
    ran = subprocess.run(
        [sys.executable, *map(str, arguments)],
        env=dict(environment),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_one_file_is_listed_printed_reckoned_and_documented(
    surroundings: dict[str, str], tmp_path: Path
) -> None:
    listed = printed(surroundings, "-c", START, "definitions", "--kind", "endpoint")
    for clock in ("indication", "apheresis", "infusion"):
        (line,) = [row for row in listed.splitlines() if f" {OURS}.{clock} " in row]
        assert NAME in line

    page = printed(surroundings, "-c", START, "definitions", OURS)
    assert NAME in page.splitlines()[0]

    programme = drawn_programme(tmp_path / "programme")
    ours, shipped = (
        json.loads(
            printed(
                surroundings, "-c", START, "estimate", f"{name}.infusion", programme,
                "--at", 365, "--json",
            )
        )
        for name in (OURS, TEMPLATE)
    )  # fmt: skip
    assert ours["endpoint"] == f"{OURS}.infusion"
    assert ours["definition"].startswith(OURS)
    assert [f["value"] for f in ours["figures"]] == [f["value"] for f in shipped["figures"]]

    built = tmp_path / "docs"
    printed(surroundings, REPOSITORY / "docs" / "build.py", built)
    reference = (built / "definitions" / "endpoints.md").read_text(encoding="utf-8")
    assert f"## {OURS}\n" in reference
    assert NAME in reference


def test_without_the_file_it_is_not_there() -> None:
    environment = {k: v for k, v in os.environ.items() if k != "CARTULARY_CODEBOOK"}
    assert OURS not in printed(environment, "-c", START, "definitions")
