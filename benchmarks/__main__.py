# SPDX-License-Identifier: Apache-2.0
"""Runs every benchmark, each in a process of its own, so that memory and caches are not shared.

python -m benchmarks [NAME ...] [OPTION ...]

Options go to each benchmark that is named, such as: python -m benchmarks pages --children 20000
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main(arguments: list[str]) -> int:
    """Runs the benchmarks named (all without a name); the status is that of the worst."""
    known = [path.stem.removeprefix("bench_") for path in sorted(HERE.glob("bench_*.py"))]
    first = next((n for n, text in enumerate(arguments) if text.startswith("-")), len(arguments))
    names, options = arguments[:first], arguments[first:]
    strange = [name for name in names if name not in known]
    if strange:
        print(f"No benchmark is called {', '.join(strange)}. There are: {', '.join(known)}.")
        return 2
    if options and not names:
        print("Options are for a benchmark. Name it: python -m benchmarks NAME OPTION ...")
        return 2
    worst = 0
    # A benchmark may import what stands beside it, from wherever it is run.
    paths = os.pathsep.join(filter(None, (str(HERE.parent), os.environ.get("PYTHONPATH"))))
    for name in names or known:
        print(f"\n== {name} ==", flush=True)
        command = [sys.executable, "-m", f"benchmarks.bench_{name}", *options]
        ran = subprocess.run(command, check=False, env=os.environ | {"PYTHONPATH": paths})
        worst = max(worst, ran.returncode)
    return worst


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
