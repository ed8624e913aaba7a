# SPDX-License-Identifier: Apache-2.0
"""What `make demo` runs: the example's tables, its report in both languages, and one comparison.

python examples/maxima_2020/demo.py [OUT]
"""

from __future__ import annotations

import sys
from pathlib import Path

from write_tables import write

from cartulary.cli.main import cartulary


def demo(out: Path) -> None:
    """Builds the example, writes its reports, and prints it beside the published cohorts."""
    programme = write(out / "programme")
    for lang in ("nl", "en"):
        folder = out / f"report-{lang}"
        arguments = ["report", str(programme), "--lang", lang, "--out", str(folder)]
        cartulary.main(args=arguments, standalone_mode=False)
    cartulary.main(
        args=["report", str(programme), "--lang", "en", "--compare"], standalone_mode=False
    )


if __name__ == "__main__":
    demo(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("build/demo"))
