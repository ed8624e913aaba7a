# SPDX-License-Identifier: Apache-2.0
"""How fast every page is with many children in the ledger and twenty people at work.

    python -m benchmarks pages [--children 300] [--database postgresql] [--looks 2] [--pause 1.0]

Fills a ledger with generated children with full courses, by the path of an import, and another
with a tenth of them. Starts `cartulary serve` with two workers, signs twenty people in, and lets
them open every page in three ways. "At work": each opens all pages in an order of their own, with
a pause between two pages; the targets are held to this. "At once": all twenty ask for the same
page without a pause, which no ward does and which shows what the page costs: processor time of
the server and of the database a look. "Alone": one person, by turns in the ledger with a tenth of
the children and in the one with all, which shows what grows. `--children 20000` is the size that
is promised; `--keep FOLDER` keeps the ledgers and goes on from them next time.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks.ward_ledger import USERS, Loaded, Ward, database, fill, people_and_samples
from benchmarks.ward_load import (
    WORKERS,
    Looked,
    Visitor,
    all_at_once,
    at_work,
    family,
    memory_mb,
    processor_seconds,
    server,
)
from benchmarks.ward_pages import EVIDENCE, PAGES, Page

MEDIAN_SECONDS = 0.150
P95_SECONDS = 0.400
MOST_GROWTH = 1.5
MEMORY_MB = 400.0
LOOKS_ALONE = 21
# Of fewer there is too little to draw a sample from.
LEAST_CHILDREN = 40
MOST_RECKONING = 900


def main() -> int:
    """Prints a table of pages and what misses its target; the status is 1 when one does."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--children", type=int, default=300)
    parser.add_argument("--database", choices=("postgresql", "sqlite"), default="postgresql")
    parser.add_argument("--looks", type=int, default=2, help="a person and page, in each way")
    parser.add_argument("--pause", type=float, default=1.0, help="mean seconds between two pages")
    parser.add_argument("--keep", type=Path, help="a folder in which the ledgers stay")
    parser.add_argument("--pages", default="", help="only pages whose name holds this")
    parser.add_argument("--beside", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    with ExitStack() as stack:
        if given.keep is None:
            given.keep = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ward")))
            # The database's server may run as somebody else.
            given.keep.chmod(0o755)
        place = given.keep.resolve() / ("tenth" if given.beside else "all")
        few = None if given.beside else stack.enter_context(of_a_tenth(given))
        place.mkdir(parents=True, exist_ok=True)
        address, of_database = stack.enter_context(database(given.database, place))
        return measured(place / "home", address, of_database, given, few)


@contextmanager
def of_a_tenth(given: argparse.Namespace) -> Iterator[Visitor]:
    """Somebody at a ledger with a tenth of the children, whose server is a process of its own."""
    command = [sys.executable, "-m", "benchmarks.bench_pages", "--beside"]
    command += ["--children", str(max(LEAST_CHILDREN, given.children // 10))]
    command += ["--database", given.database, "--keep", str(given.keep)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        line = ""
        while not line.startswith("{"):
            print(line, end="", flush=True)
            line = process.stdout.readline()
            if not line:
                raise RuntimeError("The ledger with a tenth of the children could not be served.")
        said = json.loads(line)
        yield Visitor(said["port"], Ward.of(said["ward"]), 0)
    finally:
        # It serves until nobody can ask for anything any more.
        process.stdin.close()
        process.wait(120)


def measured(
    home: Path,
    address: str,
    of_database: int,
    given: argparse.Namespace,
    few: Visitor | None,
) -> int:
    """Fill, measure, print."""
    os.environ["CARTULARY_DATABASE"] = address
    from cartulary.cli.ledger_setup import start_django

    start_django(home, new=True, upgrade=True)
    from cartulary.registry import clock, scope

    pages = tuple(page for page in PAGES if given.pages in page.name)
    with scope.within("all"):
        print_loaded(fill(given.children, clock.today(), clock.now()))
        ward = people_and_samples(clock.now(), clock.today())
    port = free_port()
    with server(home, address, port) as pid:
        if few is None:
            print(json.dumps({"port": port, "ward": ward.said()}), flush=True)
            sys.stdin.read()
            return 0
        faults = print_growth(by_turns(few, Visitor(port, ward, 0), pages))
        visitors = [Visitor(port, ward, number) for number in range(USERS)]

        def costs() -> tuple[float, float]:
            of_pages = processor_seconds(family(pid))
            return of_pages, processor_seconds(family(of_database)) if of_database else 0.0

        once = {page.name: all_at_once(visitors, page, given.looks, costs) for page in pages}
        work = at_work(visitors, pages, given.looks, given.pause)
        memory = memory_mb(family(pid))
        print_table(pages, once, work)
        faults += [fault for page in pages for fault in missed(page.name, work[page.name])]
        faults += measure_evidence(visitors)
        print(f"memory of the server: {memory:.0f} MB (target {MEMORY_MB:.0f}); ", end="")
        print(f"load of the machine meanwhile: {os.getloadavg()[0]:.1f} of {os.cpu_count()} cores")
    if memory > MEMORY_MB:
        faults.append(f"memory: {memory:.0f} MB")
    for fault in faults:
        print(f"  misses its target: {fault}")
    return 1 if faults else 0


def by_turns(
    few: Visitor, many: Visitor, pages: tuple[Page, ...]
) -> dict[str, tuple[Looked, Looked]]:
    """The worklists opened by one person, now in the one ledger and now in the other.

    So whatever else the machine does meanwhile slows both.
    """
    found = {}
    for page in pages:
        if page.is_worklist:
            # The first looks load what is loaded once.
            for _ in range(2 * WORKERS):
                few.look(page, Looked())
                many.look(page, Looked())
            found[page.name] = Looked(), Looked()
            for _ in range(LOOKS_ALONE):
                few.look(page, found[page.name][0])
                many.look(page, found[page.name][1])
    return found


def measure_evidence(visitors: list[Visitor]) -> list[str]:
    """The page of outcomes while it is being reckoned, how long that takes, and afterwards."""
    first, later = Looked(), Looked()
    begun = time.perf_counter()
    visitors[0].look(EVIDENCE, first)
    from cartulary.registry import keys

    outcomes = keys.home() / "outcomes"
    while list(outcomes.glob("*/*/running")) and time.perf_counter() - begun < MOST_RECKONING:
        time.sleep(0.5)
    reckoned = time.perf_counter() - begun
    if list(outcomes.glob("*/*/running")):
        print(f"evidence: not reckoned within {MOST_RECKONING} s")
    # A person's language is a view of its own: these are two, and the second waited too.
    for visitor in visitors[::2]:
        visitor.look(EVIDENCE, later)
    print(f"evidence: first look {1000 * first.quantile(0.5):.0f} ms, ", end="")
    print(f"reckoned beside the server in {reckoned:.0f} s, then ", end="")
    print(f"median {1000 * later.quantile(0.5):.0f} ms, p95 {1000 * later.quantile(0.95):.0f} ms")
    return missed("evidence", first) + missed("evidence, reckoned", later)


def missed(name: str, looked: Looked) -> list[str]:
    """What of a page misses its target, in words."""
    found = [f"{name}: {wrong}" for wrong in looked.wrong[:1]]
    for words, share, limit in (("median", 0.5, MEDIAN_SECONDS), ("p95", 0.95, P95_SECONDS)):
        seconds = looked.quantile(share)
        if seconds > limit:
            found.append(f"{name}: {words} {1000 * seconds:.0f} ms of {1000 * limit:.0f}")
    return found


def print_loaded(loaded: Loaded) -> None:
    """How fast the ledger was filled."""
    if not loaded.children:
        return
    print(f"{loaded.children:,} children with {loaded.entries:,} entries written: ", end="")
    print(f"{loaded.entries / loaded.write_seconds:,.0f} entries/s by the clock, ", end="")
    print(f"{loaded.entries / loaded.write_processor:,.0f} of the processor; worklists ", end="")
    print(f"{1000 * loaded.refresh_seconds / loaded.children:.1f} ms a child", flush=True)


def print_growth(found: dict[str, tuple[Looked, Looked]]) -> list[str]:
    """The worklists with a tenth of the children and with all; what grew too much, in words."""
    faults = []
    print(f"\n{'worklist, one person alone':<28} {'a tenth':>9} {'all':>9} {'ratio':>6}")
    for name, (few, many) in found.items():
        faults += [f"{name}: {wrong}" for wrong in (*few.wrong[:1], *many.wrong[:1])]
        less, more = few.quantile(0.5), many.quantile(0.5)
        print(
            f"{name:<28} {1000 * less:6.1f} ms {1000 * more:6.1f} ms {more / less:6.2f}", flush=True
        )
        if more > MOST_GROWTH * less:
            faults.append(f"{name}: {more / less:.2f} times a tenth's (target {MOST_GROWTH:g})")
    return faults


def print_table(pages: tuple[Page, ...], once: dict[str, Looked], work: dict[str, Looked]) -> None:
    """Every page: at work, at once, and what it costs."""
    print(f"\n{'':<24} {'at work, ms':>14} {'at once, ms':>15} {'processor, ms a look':>22}")
    print(f"{'page':<24} {'median':>7}{'p95':>7} {'median':>8}{'p95':>7} ", end="")
    print(f"{'server':>10}{'database':>12} {'KB':>5}")
    for page in sorted(pages, key=lambda page: -work[page.name].quantile(0.5)):
        w, o = work[page.name], once[page.name]
        print(f"{page.name:<24} ", end="")
        print(f"{1000 * w.quantile(0.5):7.0f}{1000 * w.quantile(0.95):7.0f} ", end="")
        print(f"{1000 * o.quantile(0.5):8.0f}{1000 * o.quantile(0.95):7.0f} ", end="")
        print(f"{1000 * o.server_seconds:10.1f}{1000 * o.database_seconds:12.1f} ", end="")
        print(f"{w.bytes / 1000:5.0f}", *w.wrong[:1])


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


if __name__ == "__main__":
    sys.exit(main())
