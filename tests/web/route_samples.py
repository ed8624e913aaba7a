# SPDX-License-Identifier: Apache-2.0
"""What the arguments of each route stand for at one centre, so that the matrix opens real objects.

An area with a route that names something other than a child, an event or a kind adds a function
to `OF_ROUTE` that makes one of these at the centre it is given, and returns the arguments.
`tests/web/test_permission_matrix.py` fails for a route that is missing here.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from django.urls import URLPattern, reverse

from cartulary.course.problem import Severity
from cartulary.registry import clock, importing_upload, keys, queries, verification_sample
from cartulary.registry.models import Account, Batch, Centre, Child, Due, Entry, Finding, Token
from cartulary.registry.permissions import Permission
from cartulary.registry.roles import Role
from cartulary.registry.writing import Change, Hand, append
from cartulary.web.evidence import evidence_wanted
from cartulary.web.evidence.evidence_wanted import EvidenceWanted
from cartulary.web.evidence.report_wanted import FORMS, ReportWanted, head_of, key_of
from cartulary.web.evidence.tasks import WANTED
from cartulary.web.evidence.worker import DONE, MADE
from cartulary.web.product.product_page import WRITERS

# The laboratory writes products and hand-offs and nothing else, so it is asked about those.
EVENT, KIND = "infusion-1", "infusion"
LABORATORY_EVENT, LABORATORY_KIND = "product-1", "product"


@dataclass(frozen=True)
class World:
    """A centre with a child that was infused, and the hand of its data manager."""

    hand: Hand
    child: Child

    @property
    def centre(self) -> Centre:
        return self.hand.centre

    @property
    def account(self) -> Account:
        assert self.hand.account is not None
        return self.hand.account


Arguments = dict[str, Any]


def world(hand: Hand, child: Child) -> World:
    """The centre of this hand, once its child has a product and an infusion."""
    infusion = {"date": "2020-03-17", "facts": {"number": 1}}
    product = {"date": "2020-02-10", "facts": {"product_id": "P-1"}}
    changes = [
        Change(child.key, EVENT, KIND, "write", infusion, 0),
        Change(child.key, LABORATORY_EVENT, LABORATORY_KIND, "write", product, 0),
    ]
    append(hand, changes, now=clock.now())
    return World(hand, child)


def _due(of: World) -> Arguments:
    day = date(2020, 6, 1)
    made, _ = Due.objects.update_or_create(
        child=of.child,
        item="sample",
        defaults={"centre": of.centre, "opens": day, "target": day, "closes": day},
    )
    return {"pk": made.pk}


def _finding(of: World) -> Arguments:
    made = Finding.objects.create(
        centre=of.centre,
        child=of.child,
        rule="sample",
        severity=Severity.WARNING.value,
        events=[EVENT],
        problem={"fact": "a fact", "why": "a reason", "remedy": "a remedy", "value": "1"},
        found_at=clock.now(),
    )
    return {"pk": made.pk}


def _query(of: World) -> Arguments:
    number = queries.ask(of.hand, of.child, EVENT, "number", "Is it?", to="", now=clock.now())
    return {"number": number}


def _sample(of: World) -> Arguments:
    return {"sample": verification_sample.draw(of.hand, 1, "seed", now=clock.now())}


def _last_entry(of: World) -> Arguments:
    last = Entry.objects.filter(centre=of.centre).order_by("-number").first()
    assert last is not None
    return {"number": last.number}


def _upload(of: World) -> Arguments:
    files = {
        "programme.csv": "key,value\nname,Trial\norigin,recorded\n",
        "children.csv": "child,sex,age_years,indication_date\nP-001,f,9,2020-03-10\n",
    }
    incoming = [importing_upload.Incoming(name, [text.encode()]) for name, text in files.items()]
    made = importing_upload.receive(incoming, of.centre, of.account, clock.now())
    return {"key": made.key}


def _batch(of: World) -> Arguments:
    made = Batch.objects.create(
        centre=of.centre, account=of.account, at=clock.now(), file_name="sample.csv"
    )
    return {"key": made.key}


def _report(of: World) -> Arguments:
    wanted = ReportWanted(of.centre.code, "en")
    key = key_of(wanted, of.centre)
    folder = keys.home() / "reports" / of.centre.code / key
    folder.mkdir(parents=True, exist_ok=True)
    said = {**wanted.said(), "head": head_of(of.centre)}
    (folder / MADE).mkdir(exist_ok=True)
    for form in FORMS:
        (folder / MADE / f"report.{form}").write_text("{}", encoding="utf-8")
    done = {"status": 0, "files": {f"report.{form}": "0" * 64 for form in FORMS}}
    (folder / WANTED).write_text(json.dumps(said), encoding="utf-8")
    (folder / DONE).write_text(json.dumps(done), encoding="utf-8")
    return {"key": key}


def _view(of: World) -> Arguments:
    """A view of the outcomes that was reckoned, with the child behind it."""
    wanted = EvidenceWanted(of.centre.code, "en")
    view = evidence_wanted.key_of(wanted, of.centre)
    folder = keys.home() / "outcomes" / of.centre.code / view
    (folder / MADE).mkdir(parents=True, exist_ok=True)
    table = {"id": "curve", "caption": [], "groups": [], "columns": [], "rows": []}
    page = {
        "title": "Survival",
        "origin": "recorded",
        "figures": [],
        "sections": {"curve": {"blocks": [{"table": {**table, "note": [], "footnotes": []}}]}},
    }
    written = {
        folder / WANTED: wanted.said(),
        folder / DONE: {"status": 0, "files": {}},
        folder / MADE / "page.json": page,
        folder / MADE / "behind.json": {"flow.indication": [str(of.child.key)]},
    }
    for place, said in written.items():
        place.write_text(json.dumps(said), encoding="utf-8")
    return {"view": view}


def _token(of: World, role: Role | None) -> Arguments:
    """A token of whoever asks: nobody ends that of another."""
    name = f"{role.value}-{of.centre.code}" if role is not None else ""
    made = Token.objects.create(
        account=Account.objects.filter(username=name).first() or of.account,
        centre=of.centre,
        secret_hash=uuid4().hex,
        made_at=clock.now(),
        expires=clock.now() + timedelta(days=1),
    )
    return {"token": made.key}


def _person(of: World) -> Arguments:
    return {"pk": of.account.pk}


OF_ROUTE: dict[str, Callable[[World], Arguments]] = {
    "home:due": _due,
    "home:finding": _finding,
    "queries:query": _query,
    "verification:sample": _sample,
    "audit:entry": _last_entry,
    "importing:columns": _upload,
    "importing:dry_run": _upload,
    "importing:errors": _upload,
    "importing:write": _upload,
    "importing:again": _upload,
    "importing:discard": _upload,
    "importing:batch": _batch,
    "importing:undo": _batch,
    "evidence:behind": lambda of: {**_view(of), "group": "flow.indication"},
    "evidence:table": lambda of: {**_view(of), "table": "curve", "form": "csv"},
    "evidence:made": _report,
    "evidence:download": lambda of: {**_report(of), "form": "json"},
    "api:end_token": lambda of: _token(of, None),
    "administration:account": _person,
    "administration:role": _person,
    "administration:end_role": _person,
    "administration:act": lambda of: {**_person(of), "act": "sessions"},
}
# Pages that more may open than may write there: what a POST needs, any one of them.
POST_NEEDS: dict[str, frozenset[Permission]] = {
    "home:finding": frozenset({Permission.AMEND}),
    "entry:identity": frozenset({Permission.WRITE_IDENTITY}),
    "product:product": frozenset(WRITERS),
    "verification:start": frozenset({Permission.VERIFY_SOURCE}),
    "verification:child": frozenset({Permission.VERIFY_SOURCE}),
}
# Arguments that mean the same on every route that is not in the table above.
OF_ARGUMENT = frozenset({"key", "event", "kind", "field"})


def arguments_of(name: str, pattern: URLPattern, of: World, role: Role | None = None) -> Arguments:
    """What stands in the address of this route, at this centre, for somebody of this role."""
    if name == "api:end_token":
        return _token(of, role)
    if name in OF_ROUTE:
        return OF_ROUTE[name](of)
    product = role is Role.LABORATORY or name.startswith("product:")
    known = {
        "key": of.child.key,
        "event": LABORATORY_EVENT if product else EVENT,
        "kind": LABORATORY_KIND if product else KIND,
        "field": "number",
    }
    return {argument: known[argument] for argument in pattern.pattern.converters}


def address(name: str, pattern: URLPattern, of: World, role: Role | None = None) -> str:
    """The address of this route at this centre."""
    return reverse(name, kwargs=arguments_of(name, pattern, of, role))
