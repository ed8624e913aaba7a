# SPDX-License-Identifier: Apache-2.0
"""What every file of the repository keeps to."""

from __future__ import annotations

import re

from tests.architecture.tree import REPOSITORY, files, python_files, shown, text_of

FORBIDDEN_LENGTH = 600
FORBIDDEN_NAMES = {"utils", "helpers", "common", "core", "base", "manager"}

# Written in two pieces so that this file passes its own test.
PLACES = re.compile(r"(?<![\w.:/-])/" + r"(?:work|root|tmp|home|Users)/[\w.]|[A-Z]:\\" + r"Users")
INDEX_HOSTS = re.compile("py" + r"pi\.org|python" + r"hosted\.org|npm" + r"js\.(?:org|com)")


def test_no_python_file_is_longer_than_600_lines() -> None:
    long = {
        shown(path): length
        for path in python_files()
        if (length := len(path.read_text(encoding="utf-8").splitlines())) > FORBIDDEN_LENGTH
    }
    assert not long, f"split these by idea: {long}"


def test_no_file_or_folder_has_a_name_that_says_nothing() -> None:
    empty = [
        shown(path)
        for path in python_files()
        if FORBIDDEN_NAMES
        & {part.removesuffix(".py") for part in path.relative_to(REPOSITORY).parts}
    ]
    assert not empty, f"name these after what they know: {empty}"


def test_every_python_file_states_its_licence_and_what_it_is() -> None:
    wrong = []
    for path in python_files():
        lines = path.read_text(encoding="utf-8").splitlines()
        if lines[:1] != ["# SPDX-License-Identifier: Apache-2.0"]:
            wrong.append(f"{shown(path)}: no licence line")
        elif len(lines) > 1 and not re.match(r'[rR]?"""\S', lines[1]):
            wrong.append(f"{shown(path)}: no docstring under the licence line")
    assert not wrong, "\n".join(wrong)


def test_no_file_names_a_place_on_one_machine_or_a_package_index() -> None:
    found = []
    for path in files():
        text = text_of(path)
        if text is None:
            continue
        for number, line in enumerate(text.splitlines(), start=1):
            if match := PLACES.search(line) or INDEX_HOSTS.search(line):
                found.append(f"{shown(path)}:{number}: {match.group()}")
    assert not found, "\n".join(found)
