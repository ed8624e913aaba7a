# SPDX-License-Identifier: Apache-2.0
"""The frame of every page: language, menu by role, search, centres, refusals, and health."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path

from cartulary.registry import clock
from cartulary.registry.identity import Person, set_identity
from cartulary.registry.models import Account, Centre, Child, Membership
from cartulary.registry.roles import Role
from cartulary.web import refusals
from cartulary.web.access import page
from cartulary.web.log_line import OneLine

KEYS = "/help/keys/"


# --- language ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("asked", "lang", "word"), [("nl", "nl", "Toetsen"), ("en", "en", "Keys")])
def test_the_language_is_switched_by_post_and_stays_with_the_account(
    asked: str, lang: str, word: str, client_of: Callable[..., Client]
) -> None:
    client = client_of(Role.CLINICIAN, lang="en" if asked == "nl" else "nl")
    assert client.post("/language/", {"language": asked, "next": KEYS})["Location"] == KEYS
    answer = client.get(KEYS)
    assert answer["Content-Language"] == lang
    assert f'<html lang="{lang}">' in answer.content.decode()
    assert f"<h1>{word}</h1>" in answer.content.decode()
    assert Account.objects.get(username="clinician-ours").language == lang


def test_the_language_of_a_stranger_is_the_browsers(client: Client) -> None:
    for asked, word in (("nl-BE,nl", "Inloggen"), ("en-GB", "Sign in"), ("fr", "Inloggen")):
        answer = Client(headers={"accept-language": asked}).get("/account/login/")
        assert f"<h1>{word}</h1>" in answer.content.decode(), asked


def test_a_switch_leads_to_no_foreign_page(client: Client) -> None:
    for wanted in ("https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"):
        assert client.post("/language/", {"language": "en", "next": wanted})["Location"] == "/"
    assert client.get("/language/").status_code == 405


# --- menu, home, centres -----------------------------------------------------------------------


def menu(client: Client) -> list[str]:
    html = client.get(KEYS).content.decode()
    nav = html[html.index("<nav aria-label") : html.index("</nav>")]
    return re.findall(r">([A-Z][a-z]+)</a>", nav)


def test_the_menu_offers_what_the_role_may(client_of: Callable[..., Client]) -> None:
    assert menu(client_of(Role.ADMINISTRATOR)) == ["Administration"]
    assert "Products" in menu(client_of(Role.LABORATORY))
    assert "Audit" in menu(client_of(Role.AUDITOR))
    assert "Audit" not in menu(client_of(Role.CLINICIAN))
    assert "Administration" not in menu(client_of(Role.DATA_MANAGER))


def test_an_administrator_begins_at_administration_and_has_no_search(
    client_of: Callable[..., Client],
) -> None:
    client = client_of(Role.ADMINISTRATOR)
    assert client.get("/")["Location"] == "/administration/"
    assert 'id="search"' not in client.get(KEYS).content.decode()
    assert client.post("/search/", {"q": "M-001"}).status_code == 403


def test_an_account_without_a_role_today_is_told_so(
    client_of: Callable[..., Client], account_of: Callable[..., Account]
) -> None:
    account = account_of(Role.CLINICIAN)
    for since, until in (
        (date(2015, 1, 1), clock.today() - timedelta(days=1)),
        (clock.today() + timedelta(days=1), None),
    ):
        Membership.objects.filter(account=account).update(since=since, until=until)
        answer = client_of(Role.CLINICIAN).get("/search/")
        assert answer.status_code == 403
        assert "You have no role today." in answer.content.decode()
    Membership.objects.filter(account=account).update(since=clock.today(), until=clock.today())
    assert client_of(Role.CLINICIAN).get("/search/").status_code == 200


def test_who_has_two_centres_chooses_and_sees_one(
    client_of: Callable[..., Client],
    account_of: Callable[..., Account],
    other_centre: Centre,
    a_child: Child,
    their_child: Child,
) -> None:
    Membership.objects.create(
        account=account_of(Role.CLINICIAN),
        centre=other_centre,
        role=Role.AUDITOR.value,
        since=date(2015, 1, 1),
    )
    client = client_of(Role.CLINICIAN)
    found = client.post("/search/", {"q": "-001"})
    assert str(a_child.key) in found["Location"]
    assert client.post("/centre/", {"centre": other_centre.pk})["Location"] == "/"
    found = client.post("/search/", {"q": "-001"})
    assert str(their_child.key) in found["Location"]
    assert "auditor" in client.get(KEYS).content.decode()


def test_a_centre_without_a_role_there_cannot_be_chosen(
    client_of: Callable[..., Client], other_centre: Centre, a_child: Child, their_child: Child
) -> None:
    client = client_of(Role.CLINICIAN)
    for value in (str(other_centre.pk), "0", "-1", "x", "9" * 40):
        client.post("/centre/", {"centre": value})
        answer = client.post("/search/", {"q": "T-001"})
        assert answer.status_code == 200
        assert b"Nothing found" in answer.content


# --- search ------------------------------------------------------------------------------------


def test_search_is_by_post_and_one_hit_opens(
    client_of: Callable[..., Client], a_child: Child
) -> None:
    client = client_of(Role.DATA_MANAGER)
    answer = client.post("/search/", {"q": " m-001 "})
    assert answer.status_code == 302
    assert str(a_child.key) in answer["Location"]
    assert "M-001" not in answer["Location"]
    assert client.get("/search/?q=M-001").context["found"] == []


def test_a_hospital_number_is_found_only_by_who_may_see_it(
    client_of: Callable[..., Client], account_of: Callable[..., Account], a_child: Child
) -> None:
    person = Person(name="Invented Child", hospital_number="7654321")
    set_identity(a_child, person, account=account_of(Role.DATA_MANAGER))
    assert client_of(Role.DATA_MANAGER).post("/search/", {"q": "7654321"}).status_code == 302
    assert b"Nothing found" in client_of(Role.LABORATORY).post("/search/", {"q": "7654321"}).content


# --- refusals ----------------------------------------------------------------------------------


def test_a_view_that_declares_nothing_is_refused(client_of: Callable[..., Client]) -> None:
    def undeclared(request: HttpRequest) -> HttpResponse:
        return HttpResponse("never")

    with override_settings(ROOT_URLCONF=_urls(undeclared)):
        for role in Role:
            assert client_of(role).get("/tried/").status_code == 403


def test_a_fault_shows_a_plain_page_and_no_value(
    client_of: Callable[..., Client], caplog: pytest.LogCaptureFixture
) -> None:
    from cartulary.registry.permissions import Permission

    @page(Permission.SEE_CHILDREN)
    def broken(request: HttpRequest) -> HttpResponse:
        raise ValueError("the name of a child")

    client = client_of(Role.CLINICIAN)
    client.raise_request_exception = False
    with override_settings(ROOT_URLCONF=_urls(broken)):
        answer = client.get("/tried/")
    assert answer.status_code == 500
    assert b"It is our fault" in answer.content
    assert b"the name of a child" not in answer.content
    record = next(record for record in caplog.records if record.exc_info)
    line = OneLine("%(levelname)s %(message)s").format(record)
    assert "ValueError at test_shell.py" in line
    assert "the name of a child" not in line


def _urls(view: Callable[..., HttpResponse]) -> object:
    from types import ModuleType

    from cartulary.web import urls

    made = ModuleType("made_urls")
    made.urlpatterns = [path("tried/", view, name="tried"), *urls.urlpatterns]
    made.handler403, made.handler404 = refusals.forbidden, refusals.not_found
    made.handler500 = refusals.broken
    return made


def test_a_form_of_another_session_is_refused_in_words(account_of: Callable[..., Account]) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(
        account_of(Role.CLINICIAN), backend="django.contrib.auth.backends.ModelBackend"
    )
    answer = client.post("/search/", {"q": "M-001"})
    assert answer.status_code == 403
    assert b"This form was not accepted." in answer.content


# --- what the browser is told ------------------------------------------------------------------


def test_health_says_ok_and_nothing_else(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok")
    assert not answer.cookies


def test_every_answer_forbids_caching_framing_and_sniffing(client: Client) -> None:
    for url in ("/account/login/", "/nonsense/", KEYS):
        answer = client.get(url)
        assert (
            answer["Cache-Control"].startswith("no-store") or "no-store" in answer["Cache-Control"]
        )
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["X-Frame-Options"] == "DENY"
        assert answer["Referrer-Policy"] == "same-origin"
        assert "geolocation=()" in answer["Permissions-Policy"]


def test_static_files_and_fonts_are_served_from_here(client: Client) -> None:
    for name in ("cartulary.css", "keys.js", "icon.svg", "fonts/Inter-Regular.woff2"):
        answer = client.get(f"/static/{name}")
        assert answer.status_code == 200, name
        assert b"".join(answer.streaming_content), name


def test_the_style_sheet_names_only_fonts_that_are_there() -> None:
    css = (Path(settings.WEB) / "static" / "cartulary.css").read_text(encoding="utf-8")
    named = set(re.findall(r'url\("fonts/([^"]+)"\)', css))
    held = {file.name for file in (Path(settings.WEB).parent / "reports" / "fonts").iterdir()}
    assert named
    assert named <= held
    assert "http" not in css


def test_single_keys_are_switched_off_for_the_account(client_of: Callable[..., Client]) -> None:
    client = client_of(Role.CLINICIAN)
    assert 'data-single-keys="on"' in client.get(KEYS).content.decode()
    client.post(KEYS, {})
    assert 'data-single-keys="off"' in client.get(KEYS).content.decode()
    client.post(KEYS, {"single_keys": "on"})
    assert 'data-single-keys="on"' in client.get(KEYS).content.decode()


def test_the_demo_says_so_on_every_page(client: Client) -> None:
    with override_settings(CARTULARY_DEMO=True):
        assert "Verzonnen kinderen" in client.get("/account/login/").content.decode()
    assert "Verzonnen kinderen" not in client.get("/account/login/").content.decode()
