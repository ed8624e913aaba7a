# SPDX-License-Identifier: Apache-2.0
"""Who may import whom, and with what installed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.architecture.tree import REPOSITORY, SOURCE

# The extras that each part needs beyond the base; a new part is added here with its own.
EXTRAS_OF_PART: dict[str, frozenset[str]] = {
    "course": frozenset(),
    "codebook": frozenset(),
    "evidence": frozenset(),
    "studies": frozenset(),
    "twin": frozenset({"twin"}),
    "cli": frozenset(),
    "reports": frozenset({"reports"}),
    "registry": frozenset({"registry"}),
    "web": frozenset({"registry", "reports"}),
}
# Their modules hold tables, which Django reads only once it is set up.
ON_DJANGO = frozenset({"registry", "web"})


def lint_imports(source: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter on a source tree."""
    return subprocess.run(
        [
            Path(sys.executable).with_name("lint-imports"),
            "--config",
            REPOSITORY / ".importlinter",
            "--no-cache",
        ],
        cwd=source,
        env=os.environ | {"PYTHONPATH": str(source), "PYTHONUTF8": "1", "COLUMNS": "100"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_layers_hold() -> None:
    result = lint_imports(SOURCE.parent)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    ("path", "code", "contract"),
    [
        ("evidence/odd.py", "import cartulary.cli\n", "The parts, from the top down"),
        ("course/odd.py", "import numpy\n", "What happened to a child is plain Python"),
        ("codebook/odd.py", "import random\n", "The science knows no database"),
        ("reports/odd.py", "import lifelines\n", "No other package's estimator"),
        ("odd/__init__.py", "", "The parts, from the top down"),
    ],
)
def test_a_forbidden_import_is_found(tmp_path: Path, path: str, code: str, contract: str) -> None:
    source = tmp_path / "src"
    shutil.copytree(SOURCE, source / "cartulary", ignore=shutil.ignore_patterns("__pycache__"))
    odd = source / "cartulary" / path
    odd.parent.mkdir(exist_ok=True)
    odd.write_text(code, encoding="utf-8")
    result = lint_imports(source)
    broken = [line for line in result.stdout.splitlines() if line.endswith("BROKEN")]
    assert result.returncode != 0
    assert any(line.startswith(contract) for line in broken), result.stdout


def test_every_part_says_which_extras_it_needs() -> None:
    parts = {path.parent.name for path in SOURCE.glob("*/__init__.py")}
    assert parts == set(EXTRAS_OF_PART)


def importable_with(extras: frozenset[str]) -> set[str]:
    """Top-level modules that exist after installing the base with these extras."""
    wanted = [
        (requirement.name, requirement.extras)
        for line in metadata.requires("cartulary") or []
        if (requirement := Requirement(line)).marker is None
        or any(requirement.marker.evaluate({"extra": extra}) for extra in {"", *extras})
    ]
    installed = {"cartulary"}
    while wanted:
        name, extras = wanted.pop()
        key = name.lower().replace("_", "-")
        if key in installed:
            continue
        installed.add(key)
        for line in metadata.requires(name) or []:
            needed = Requirement(line)
            if needed.marker is None or any(
                needed.marker.evaluate({"extra": chosen}) for chosen in {"", *extras}
            ):
                wanted.append((needed.name, needed.extras))
    return {
        module
        for module, distributions in metadata.packages_distributions().items()
        if any(found.lower().replace("_", "-") in installed for found in distributions)
    }


# Runs in a fresh interpreter, in which the modules listed are made to look uninstalled.
IMPORT_ALONE = """
import importlib, json, pkgutil, sys

absent = set(json.loads(sys.argv[2]))


class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in absent:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return None


sys.meta_path.insert(0, Absent())
if sys.argv[3]:
    import django

    django.setup()
package = importlib.import_module("cartulary." + sys.argv[1])
for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
    importlib.import_module(module.name)
print("imported")
"""


@pytest.mark.parametrize("part", EXTRAS_OF_PART)
def test_each_part_imports_with_its_own_extras_alone(part: str, tmp_path: Path) -> None:
    extras = EXTRAS_OF_PART[part]
    absent = set(metadata.packages_distributions()) - importable_with(extras)
    assert {"hypothesis", "psycopg", "pytest"} <= absent
    assert not {"cartulary", "polars"} & absent
    assert ("altair" in absent) == ("reports" not in extras)
    assert ("django" in absent) == ("registry" not in extras)
    on_django = "django" if part in ON_DJANGO else ""
    result = subprocess.run(
        [sys.executable, "-c", IMPORT_ALONE, part, json.dumps(sorted(absent)), on_django],
        env=os.environ
        | {"CARTULARY_HOME": str(tmp_path), "DJANGO_SETTINGS_MODULE": "cartulary.web.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.stdout == "imported\n", result.stderr


@pytest.mark.parametrize("module", ["cartulary.course", "cartulary.cli.main"])
def test_importing_what_is_always_imported_stays_light(module: str) -> None:
    show = f"import sys, {module}; print(*{{name.partition('.')[0] for name in sys.modules}})"
    result = subprocess.run(
        [sys.executable, "-c", show], capture_output=True, text=True, check=True
    )
    heavy = {"altair", "numpy", "openpyxl", "pandas", "polars", "scipy", "typst", "xlsxwriter"}
    assert not heavy & set(result.stdout.split())
