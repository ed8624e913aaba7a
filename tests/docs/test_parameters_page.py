# SPDX-License-Identifier: Apache-2.0
"""The page of parameters says what the files say."""

from __future__ import annotations

import importlib.util
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "docs" / "parameters.py"


def test_the_page_of_parameters_is_what_the_files_give() -> None:
    spec = importlib.util.spec_from_file_location("parameters_page", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    # Out of step: python docs/parameters.py writes it again.
    assert script.PAGE.read_text(encoding="utf-8") == script.page()
