# SPDX-License-Identifier: Apache-2.0
"""Every fenced example in every page runs and prints what it says."""

from __future__ import annotations

import doctest
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.architecture.tree import REPOSITORY
from tests.docs.fences import KNOWN_LANGUAGES, commands, fences, pages, pages_with

FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def differs(printed: str, expected: str) -> bool:
    """Whether what was printed is not what the page shows; `...` stands for any text."""
    tidy = "\n".join(line.rstrip() for line in printed.strip("\n").splitlines())
    return not doctest.OutputChecker().check_output(expected + "\n", tidy + "\n", FLAGS)


def test_every_fence_says_its_language() -> None:
    unknown = [
        f"{fence.page.name}:{fence.line}: {fence.language or 'none'}"
        for page in pages()
        for fence in fences(page)
        if fence.language not in KNOWN_LANGUAGES
    ]
    assert not unknown


@pytest.mark.parametrize("page", pages_with("python"))
def test_python_examples_run(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "examples").symlink_to(REPOSITORY / "examples")
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {"__name__": "__main__"}
    for fence in fences(REPOSITORY / page):
        if fence.language != "python":
            continue
        if ">>>" not in fence.body:
            source = "\n" * fence.line + fence.body
            exec(compile(source, page, "exec"), names)
            continue
        test = doctest.DocTestParser().get_doctest(fence.body, names, page, page, fence.line)
        report: list[str] = []
        result = doctest.DocTestRunner(optionflags=FLAGS).run(
            test, out=report.append, clear_globs=False
        )
        names = test.globs
        assert result.attempted > 0
        assert result.failed == 0, "".join(report)


@pytest.mark.parametrize("page", pages_with("console"))
def test_console_examples_run(page: str, tmp_path: Path) -> None:
    (tmp_path / "examples").symlink_to(REPOSITORY / "examples")
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "COLUMNS": "100",
        "NO_COLOR": "1",
        "PYTHONUTF8": "1",
    }
    for fence in fences(REPOSITORY / page):
        if fence.language != "console":
            continue
        shown = commands(fence.body)
        assert shown, f"{page}:{fence.line}: a console block shows no command after `$ `"
        for command in shown:
            ran = subprocess.run(
                command.line,
                shell=True,
                cwd=tmp_path,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                encoding="utf-8",
                check=False,
            )
            told = f"{page}:{fence.line}: $ {command.line}\n{ran.stdout}"
            assert ran.returncode == command.exit_status, told
            if command.printed:
                assert not differs(ran.stdout, command.printed), told


@pytest.mark.parametrize("page", pages_with("toml"))
def test_toml_examples_can_be_read(page: str) -> None:
    for fence in fences(REPOSITORY / page):
        if fence.language == "toml":
            assert tomllib.loads(fence.body)


@pytest.mark.parametrize("page", [path.relative_to(REPOSITORY).as_posix() for path in pages()])
def test_every_make_target_that_a_page_names_exists(page: str) -> None:
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.M))
    text = (REPOSITORY / page).read_text(encoding="utf-8")
    named = re.findall(r"`make ([a-z]+)", text)
    for fence in fences(REPOSITORY / page):
        if fence.language == "sh":
            named += re.findall(r"^make ([a-z]+)", fence.body, re.M)
    assert targets.issuperset(named)


@pytest.mark.parametrize("page", [path.relative_to(REPOSITORY).as_posix() for path in pages()])
def test_every_link_to_a_file_leads_somewhere(page: str) -> None:
    path = REPOSITORY / page
    text = re.sub(r"```.*?```|`[^`\n]*`", "", path.read_text(encoding="utf-8"), flags=re.S)
    targets = [target.partition("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", text)]
    missing = [
        target
        for target in targets
        if target and "://" not in target and not (path.parent / target).exists()
    ]
    assert not missing


def test_the_comparison_can_fail() -> None:
    assert not differs("3 children\nand more\n", "3 children\n...")
    assert differs("4 children\n", "3 children")
