# SPDX-License-Identifier: Apache-2.0
"""Write docs/reference/parameters.md, the twin's parameters, from the files that the twin reads.

python docs/parameters.py
"""

from __future__ import annotations

import re
from pathlib import Path

from cartulary.codebook.parameter_page import parameter_page
from cartulary.codebook.parameter_reader import parameter_files

PAGE = Path(__file__).parent / "reference" / "parameters.md"
HEAD = (
    "# The twin's parameters\n\n"
    "Written from `src/cartulary/codebook/parameters` by `python docs/parameters.py`; a test holds "
    "this page to those files. What the symbols do stands in "
    "[the model](../explanation/model.md). Research and quality-of-care software, not a medical "
    "device; confirm clinical values with a clinician.\n"
)


def page() -> str:
    """Every file of parameters, its headings one level down."""
    parts = [parameter_page(shown, "en") for _, shown in sorted(parameter_files().items())]
    return HEAD + "".join("\n" + re.sub(r"^#", "##", part, flags=re.MULTILINE) for part in parts)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
