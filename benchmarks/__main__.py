# SPDX-License-Identifier: Apache-2.0
"""Runs every benchmark, each in a process of its own, so that memory and caches are not shared.

python -m benchmarks [NAME ...]
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main(names: list[str]) -> int:
    """Runs the benchmarks named (all without a name); the status is that of the worst."""
    known = {path.stem.removeprefix("bench_"): path for path in sorted(HERE.glob("bench_*.py"))}
    strange = [name for name in names if name not in known]
    if strange:
        print(f"No benchmark is called {', '.join(strange)}. There are: {', '.join(known)}.")
        return 2
    worst = 0
    for name in names or known:
        print(f"\n== {name} ==", flush=True)
        worst = max(
            worst, subprocess.run([sys.executable, str(known[name])], check=False).returncode
        )
    return worst


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
