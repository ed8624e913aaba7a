# SPDX-License-Identifier: Apache-2.0
"""The configuration points at things that exist, and its bans fire."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.architecture.tree import REPOSITORY

CONFIGURATION: dict[str, Any] = tomllib.loads(
    (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8")
)
MAKEFILE = (REPOSITORY / "Makefile").read_text(encoding="utf-8")


def configured_paths() -> list[str]:
    """Every path that pyproject.toml names."""
    tool = CONFIGURATION["tool"]
    hatch = tool["hatch"]
    return [
        CONFIGURATION["project"]["readme"],
        *CONFIGURATION["project"]["license-files"],
        hatch["version"]["path"],
        *hatch["build"]["targets"]["wheel"]["packages"],
        *hatch["build"]["targets"]["sdist"]["include"],
        *tool["pytest"]["ini_options"]["testpaths"],
        *tool["pytest"]["ini_options"]["pythonpath"],
        *tool["mypy"]["files"],
        *tool["ruff"]["src"],
        *tool["ruff"]["lint"]["per-file-ignores"],
    ]


@pytest.mark.parametrize("path", configured_paths())
def test_each_configured_path_exists(path: str) -> None:
    found = (REPOSITORY / path).exists() or any(REPOSITORY.glob(path))
    assert found, f"pyproject.toml names {path}, which is not there"


def test_each_file_that_the_makefile_runs_exists() -> None:
    scripts = re.findall(r"(?:python|sh) ([\w/]+\.(?:py|sh))", MAKEFILE)
    modules = re.findall(r"python -m (benchmarks[\w.]*)", MAKEFILE)
    named = scripts + [module.replace(".", "/") for module in modules]
    assert "requirements/install.sh" in named
    missing = [name for name in named if not (REPOSITORY / name).exists()]
    assert not missing


def test_the_continuous_check_is_executable() -> None:
    assert os.access(REPOSITORY / ".ci" / "run", os.X_OK)


def test_warnings_are_errors() -> None:
    assert "error" in CONFIGURATION["tool"]["pytest"]["ini_options"]["filterwarnings"]


def ruff_codes(code: str, path: str) -> set[str]:
    """The rules that ruff finds broken in a piece of code, were it kept under this path."""
    ruff = Path(sys.executable).with_name("ruff")
    result = subprocess.run(
        [ruff, "check", "--output-format", "json", "--no-cache", "--stdin-filename", path, "-"],
        input=code,
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    return {finding["code"] for finding in json.loads(result.stdout)}


@pytest.mark.parametrize(
    ("code", "rule"),
    [
        ("import random\n", "TID251"),
        ("import numpy as np\n\ngenerator = np.random.default_rng(1)\n", "TID251"),
        ("import datetime\n\nday = datetime.date.today()\n", "TID251"),
        ("import datetime\n\nnow = datetime.datetime.now()\n", "TID251"),
        ("from scipy.stats import beta\n", "TID251"),
        ("from os.path import *\n", "F403"),
        ("try:\n    pass\nexcept Exception:\n    pass\n", "BLE001"),
        ("# value = compute(1)\n", "ERA001"),
        ("from ...course import errors\n", "TID252"),
    ],
)
def test_a_banned_thing_in_the_source_is_found(code: str, rule: str) -> None:
    assert rule in ruff_codes(code, "src/cartulary/evidence/example.py")


def test_a_test_may_draw_from_a_seeded_generator_but_not_from_the_global_one() -> None:
    seeded = "import numpy as np\n\ngenerator = np.random.default_rng(1)\n"
    coupled = "import numpy as np\n\nnp.random.seed(1)\n"
    assert "TID251" not in ruff_codes(seeded, "tests/evidence/test_example.py")
    assert "NPY002" in ruff_codes(coupled, "tests/evidence/test_example.py")
