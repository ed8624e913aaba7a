# SPDX-License-Identifier: Apache-2.0
"""Every page that somebody can open by its address, each for a child or thing of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from benchmarks.ward_ledger import Ward

_A_DAY = timedelta(days=1)
Address = Callable[[Ward, int], str]


@dataclass(frozen=True, slots=True)
class Page:
    """A page: its name, and its address for the n-th look."""

    name: str
    address: Address
    is_worklist: bool = False
    by_token: bool = False


def _fixed(address: str) -> Address:
    return lambda ward, look: address


def _of_child(address: str) -> Address:
    def made(ward: Ward, look: int) -> str:
        key: UUID = ward.children[look * 7 % len(ward.children)]
        return address.format(key=key)

    return made


def _of_event(address: str, event: str = "indication-1") -> Address:
    def made(ward: Ward, look: int) -> str:
        # An event stands in an address under a name that the app makes.
        from cartulary.web.event_address import address_of

        return _of_child(address.replace("{event}", address_of(event)))(ward, look)

    return made


def _of(thing: str, address: str) -> Address:
    return lambda ward, look: address.format(ward.named[thing][look % len(ward.named[thing])])


def _as_of(ward: Ward, look: int) -> str:
    """As the course stood when it had just been written."""
    return f"{_of_child('/children/{key}/')(ward, look)}?as_of={ward.written_on + _A_DAY}"


PAGES = (
    Page("home", _fixed("/"), is_worklist=True),
    Page("home, whole centre", _fixed("/?whose=all"), is_worklist=True),
    Page("home, fifth page", _fixed("/?whose=all&from=80"), is_worklist=True),
    Page("due, one", _of("due", "/due/{}/")),
    Page("put off", _fixed("/due/snoozed/"), is_worklist=True),
    Page("findings", _fixed("/findings/"), is_worklist=True),
    Page("findings, third page", _fixed("/findings/?from=100"), is_worklist=True),
    Page("finding, one", _of("finding", "/findings/{}/")),
    Page("children", _fixed("/children/"), is_worklist=True),
    Page("children, fifth page", _fixed("/children/?page=5")),
    Page("search", _fixed("/search/")),
    Page("register", _fixed("/children/new/")),
    Page("child: timeline", _of_child("/children/{key}/")),
    Page("child: first month", _of_child("/children/{key}/?panel=month")),
    Page("child: table", _of_child("/children/{key}/table/")),
    Page("child: as of", _as_of),
    Page("child: identity", _of_child("/children/{key}/identity/")),
    Page("child: events", _of_child("/children/{key}/events/")),
    Page("event: choose", _of_child("/children/{key}/events/new/")),
    Page("event: new", _of_child("/children/{key}/events/new/assessment/")),
    Page("event: one", _of_event("/children/{key}/events/{event}/")),
    Page("event: amend", _of_event("/children/{key}/events/{event}/amend/")),
    Page("event: withdraw", _of_event("/children/{key}/events/{event}/withdraw/")),
    Page("toxicity grid", _of_child("/children/{key}/toxicity/")),
    Page("products", _fixed("/products/"), is_worklist=True),
    Page("product, one", _of_event("/children/{key}/products/{event}/", "product-1")),
    Page("queries", _fixed("/queries/"), is_worklist=True),
    Page("query, one", _of("query", "/queries/{}/")),
    Page("query: ask", _of_event("/queries/ask/{key}/{event}/")),
    Page("verification", _fixed("/verification/")),
    Page("verification: sample", _of("sample", "/verification/samples/{}/")),
    Page("verification: child", _of_child("/verification/children/{key}/")),
    Page("audit", _fixed("/audit/")),
    Page("audit: entry", lambda ward, look: f"/audit/entries/{100 + look % 1000}/"),
    Page("audit: readings", _fixed("/audit/readings/")),
    Page("audit: child", _of_child("/audit/children/{key}/")),
    Page("audit: access", _of_child("/audit/children/{key}/access/")),
    Page("audit: ledger", _fixed("/audit/ledger/")),
    Page("administration", _fixed("/administration/")),
    Page("administration: one", _of("account", "/administration/accounts/{}/")),
    Page("administration: centre", _fixed("/administration/centre/")),
    Page("import", _fixed("/import/")),
    Page("import: columns", _of("upload", "/import/{}/columns/")),
    Page("import: dry run", _of("upload", "/import/{}/")),
    Page("report", _fixed("/report/")),
    Page("tokens", _fixed("/api/tokens/")),
    Page("help", _fixed("/help/keys/")),
    Page("API: courses", _fixed("/api/v1/courses"), by_token=True),
    Page("API: course", _of_child("/api/v1/courses/{key}"), by_token=True),
    Page("API: entries", _of_child("/api/v1/courses/{key}/entries"), by_token=True),
    Page("API: findings", _fixed("/api/v1/findings"), by_token=True),
)
# Asked for last: the first look begins a reckoning beside the server.
EVIDENCE = Page("evidence", _fixed("/evidence/"))
