# SPDX-License-Identifier: Apache-2.0
"""The first page: who is late, by how much, whose it is, and what can be answered."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client

from cartulary.registry import clock, worklists
from cartulary.registry.models import Account, Centre, Child, Due, Entry, Finding, Reading
from cartulary.registry.queries import ask
from cartulary.registry.roles import Role
from cartulary.registry.worklists import Standing
from cartulary.registry.writing import Hand
from cartulary.web.home.windows import Axis
from tests.web.worklist_child import add, infused_child

ClientOf = Callable[..., Client]
DAY_100 = "cibmtr_15_year/1/day_100"


@pytest.fixture
def late(hand: Hand) -> Child:
    """A child whose day-100 window closed five days ago."""
    return infused_child(hand, "M-015", 120)


def due(child: Child, item: str = DAY_100) -> Due:
    return Due.objects.get(child=child, item=item)


def page_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def text_of(html: str) -> str:
    """What a reader sees, without markup."""
    return " ".join(re.sub(r"<[^>]+>", " ", html.partition("<main")[2]).split())


# --- what is to be seen ------------------------------------------------------------------------


def test_an_empty_centre_is_told_what_to_do_next(client_of: ClientOf) -> None:
    html = page_of(client_of(Role.DATA_MANAGER), "/")
    seen = text_of(html)
    assert "Nothing is due." in seen
    assert "No finding or query waits." in seen
    assert "No child is registered yet." in seen
    assert 'href="/children/new/"' in html


def test_the_sentence_and_the_line_say_how_late_it_is(client_of: ClientOf, late: Child) -> None:
    seen = text_of(page_of(client_of(Role.DATA_MANAGER), "/"))
    assert "One follow-up item is late." in seen
    assert "5 days late" in seen
    assert "nothing holds the report back" in seen
    assert "M-015" in seen


def test_it_says_the_same_in_dutch(client_of: ClientOf, late: Child) -> None:
    seen = text_of(page_of(client_of(Role.DATA_MANAGER, lang="nl"), "/"))
    assert "Eén vervolgcontact is te laat." in seen
    assert "5 dagen te laat" in seen
    assert "Dag 100" in seen


def test_an_error_is_said_to_hold_the_report_back(
    client_of: ClientOf, hand: Hand, late: Child
) -> None:
    add(hand, late, "death", clock.today() - timedelta(days=30), {"cause": "infection"})
    add(hand, late, "assessment", clock.today() - timedelta(days=10), {"response": "CR"})
    html = page_of(client_of(Role.DATA_MANAGER), "/")
    assert "<strong>one error holds the report back</strong>" in html
    assert "blocks the report" in text_of(html)


def test_every_drawn_window_is_said_in_words_and_as_dates(client_of: ClientOf, late: Child) -> None:
    client = client_of(Role.DATA_MANAGER)
    row = due(late)
    drawn = page_of(client, "/")
    assert drawn.count('class="window') == drawn.count('role="img"') == 1
    assert re.search(r'aria-label="Window \d+ \w+ \d{4} to .*, target .*\."', drawn)
    dated = page_of(client, "/?as=table")
    assert 'class="window' not in dated
    for when in (row.opens, row.target, row.closes):
        assert when.isoformat() in dated


def test_a_window_that_no_source_states_is_not_made_up(client_of: ClientOf, hand: Hand) -> None:
    child = infused_child(hand, "M-002", 740)
    for day in (90, 180, 370):
        seen_on = clock.today() - timedelta(days=740 - day)
        add(hand, child, "assessment", seen_on, {"response": "CR"})
    client = client_of(Role.DATA_MANAGER)
    seen = text_of(page_of(client, "/?as=table"))
    assert "target 9 days past" in seen
    assert "0 open now" in seen
    assert seen.count("not stated") == 2
    assert "without a stated window" in seen


def test_mine_and_the_whole_centre_are_two_lists(
    client_of: ClientOf, account_of: Callable[..., Account], hand: Hand, late: Child
) -> None:
    doctor = account_of(Role.CLINICIAN)
    infused_child(Hand(doctor, doctor.username, hand.centre, "form"), "M-016", 130)
    client = client_of(Role.DATA_MANAGER)
    assert "M-016" not in text_of(page_of(client, "/?whose=mine")).partition("Findings")[0]
    assert "M-016" in text_of(page_of(client, "/?whose=all")).partition("Findings")[0]


def test_a_query_to_me_and_one_to_close_wait_on_the_page(
    client_of: ClientOf, account_of: Callable[..., Account], hand: Hand, late: Child
) -> None:
    account_of(Role.CLINICIAN)
    ask(hand, late, "infusion-1", "weight_kg", "Weighed?", to="clinician", now=clock.now())
    seen = text_of(page_of(client_of(Role.CLINICIAN), "/"))
    assert "Weighed?" in seen


def test_long_lists_come_in_pages(client_of: ClientOf, hand: Hand) -> None:
    for number in range(23):
        infused_child(hand, f"P-{number:02d}", 120 + number)
    client = client_of(Role.DATA_MANAGER)
    total = worklists.due_counts(hand.centre, clock.today()).total
    assert 40 < total <= 60
    pages = [page_of(client, f"/?whose=mine&from={start}") for start in (0, 20, 40)]
    assert [html.count("data-row") for html in pages] == [20, 20, total - 40]
    assert ['rel="next"' in html for html in pages] == [True, True, False]
    assert ['rel="prev"' in html for html in pages] == [False, True, True]
    assert page_of(client, "/?from=99999").count("data-row") == 0
    assert page_of(client, "/?from=-1").count("data-row") == 20


def test_the_axis_holds_the_months_and_today() -> None:
    axis = Axis(date(2020, 10, 1))
    bar = axis.bar(date(2020, 7, 13), date(2020, 7, 13), date(2020, 9, 10), Standing.LATE)
    assert bar.bar_x is not None
    assert bar.late_x == bar.closes_x == pytest.approx(bar.bar_x + bar.bar_width, abs=0.01)
    assert bar.late_x < axis.today_x
    past = axis.bar(date(2020, 1, 1), date(2020, 1, 15), date(2020, 2, 1), Standing.LATE)
    assert (past.bar_x, past.closes_x, past.target_x, past.late_x) == (None, None, None, 0.0)
    asks = axis.bar(date(2020, 9, 22), date(2020, 9, 22), date(2020, 9, 22), Standing.ASK)
    assert (asks.bar_x, asks.closes_x) == (None, None)
    assert asks.late_x == asks.target_x


# --- who may -----------------------------------------------------------------------------------


def test_who_only_reads_sees_no_buttons(client_of: ClientOf, late: Child) -> None:
    html = page_of(client_of(Role.AUDITOR), "/")
    assert "M-015" in html
    for absent in ("Fill in", "data-key", "/due/"):
        assert absent not in html.partition("<main")[2]
    assert client_of(Role.AUDITOR).get(f"/due/{due(late).pk}/").status_code == 403
    assert client_of(Role.LABORATORY).get(f"/due/{due(late).pk}/").status_code == 403


def test_an_administrator_sees_no_child(client_of: ClientOf, late: Child) -> None:
    client = client_of(Role.ADMINISTRATOR)
    assert client.get("/").status_code in (302, 403)
    for address in ("/findings/", "/due/snoozed/", f"/due/{due(late).pk}/"):
        assert client.get(address).status_code == 403


def test_another_centre_sees_nothing_and_reaches_nothing(
    client_of: ClientOf, other_centre: Centre, late: Child
) -> None:
    stranger = client_of(Role.DATA_MANAGER, other_centre)
    assert "M-015" not in page_of(stranger, "/?whose=all")
    assert "M-015" not in page_of(stranger, "/findings/")
    finding = Finding.objects.filter(child=late).first()
    assert finding is not None
    assert stranger.get(f"/findings/{finding.pk}/").status_code == 404
    answer = stranger.post(f"/findings/{finding.pk}/", {"because": "mine"})
    assert answer.status_code == 404
    item = Due.objects.filter(child=late).first()
    assert item is not None
    assert stranger.get(f"/due/{item.pk}/").status_code == 404
    asked = {"act": "died", "on": "2020-09-01", "text": ""}
    assert stranger.post(f"/due/{item.pk}/", asked).status_code == 404


def test_no_address_on_the_page_holds_a_pseudonym_or_a_value(
    client_of: ClientOf, hand: Hand, late: Child
) -> None:
    add(hand, late, "relapse", clock.today(), {"cd19_status": "negative"})
    client = client_of(Role.DATA_MANAGER)
    for address in ("/", "/?as=table", "/findings/", "/due/snoozed/", f"/due/{due(late).pk}/"):
        html = page_of(client, address)
        links = re.findall(r'(?:href|action|src|data-answer)="([^"]*)"', html)
        assert links
        assert not [link for link in links if "M-015" in link or "negative" in link]


def test_looking_is_written_down(
    client_of: ClientOf, account_of: Callable[..., Account], late: Child
) -> None:
    client = client_of(Role.DATA_MANAGER)
    page_of(client, "/")
    page_of(client, f"/due/{due(late).pk}/")
    assert list(Reading.objects.order_by("pk").values_list("page", "child")) == [
        ("home", None),
        ("due", late.key),
    ]
    assert Reading.objects.first().account == account_of(Role.DATA_MANAGER)  # type: ignore[union-attr]


# --- answers -----------------------------------------------------------------------------------


def answer(client: Client, child: Child, **said: str) -> int:
    return client.post(f"/due/{due(child).pk}/", said).status_code


def test_every_answer_has_a_form_that_needs_no_script(client_of: ClientOf, late: Child) -> None:
    html = page_of(client_of(Role.DATA_MANAGER), f"/due/{due(late).pk}/?act=moved")
    for act in ("elsewhere", "moved", "died", "snooze", "settle", "owner"):
        assert f'name="act" value="{act}"' in html
    assert len(re.findall(r"autofocus", html)) == 1


def test_seen_elsewhere_is_written_with_the_date_as_typed(client_of: ClientOf, late: Child) -> None:
    client = client_of(Role.DATA_MANAGER)
    assert answer(client, late, act="elsewhere", on="d+101", text="Ghent, by letter") == 302
    entry = Entry.objects.order_by("-number").first()
    assert entry is not None
    assert entry.kind == "last_contact"
    seen_on = clock.today() - timedelta(days=120 - 101)
    assert seen_on.isoformat() in entry.payload
    assert "5 days late" not in text_of(page_of(client, "/"))


def test_died_takes_a_partial_date_and_a_cause(client_of: ClientOf, late: Child) -> None:
    client = client_of(Role.DATA_MANAGER)
    month = f"{clock.today():%Y-%m}"
    assert answer(client, late, act="died", on=month, text="", choice="infection") == 302
    entry = Entry.objects.order_by("-number").first()
    assert entry is not None
    assert (entry.kind, f'"date":"{month}"' in entry.payload) == ("death", True)
    assert '"cause":"infection"' in entry.payload


def test_put_off_comes_back_and_says_why(client_of: ClientOf, centre: Centre, late: Child) -> None:
    client = client_of(Role.DATA_MANAGER)
    until = clock.today() + timedelta(days=14)
    assert answer(client, late, act="snooze", on=until.isoformat(), text="abroad") == 302
    assert "5 days late" not in text_of(page_of(client, "/"))
    seen = text_of(page_of(client, "/due/snoozed/"))
    assert "abroad" in seen
    assert until.isoformat() in seen
    assert worklists.due_page(centre, until)[0].item == DAY_100


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"act": "elsewhere", "on": "", "text": "Ghent"}, "There is no date."),
        ({"act": "elsewhere", "on": "d+101", "text": " "}, "Say in a few words"),
        ({"act": "elsewhere", "on": "31-2-2020", "text": "Ghent"}, "aria-invalid"),
        ({"act": "moved", "on": "2999-01-01", "text": "Spain"}, "aria-invalid"),
        ({"act": "died", "on": "?", "text": ""}, "A calendar date is needed here."),
        ({"act": "snooze", "on": "2020-01-01", "text": "later"}, "That day is past."),
        ({"act": "snooze", "on": "2020", "text": "later"}, "known to the day"),
        ({"act": "settle", "on": "2020-05", "text": "sent"}, "known to the day"),
        ({"act": "owner", "choice": "nobody", "text": ""}, "Choose somebody of this centre"),
    ],
)
def test_what_cannot_be_written_is_told_at_its_field_and_nothing_is_written(
    client_of: ClientOf, late: Child, said: dict[str, str], told: str
) -> None:
    before = Entry.objects.count()
    got = client_of(Role.DATA_MANAGER).post(f"/due/{due(late).pk}/", said)
    assert got.status_code == 422
    html = got.content.decode()
    assert told in html
    assert 'aria-invalid="true"' in html
    if said.get("text", "").strip():
        assert said["text"] in html
    assert Entry.objects.count() == before


def test_an_unknown_answer_is_not_there(client_of: ClientOf, late: Child) -> None:
    assert answer(client_of(Role.DATA_MANAGER), late, act="forget") == 404


def test_an_item_is_given_to_somebody_else(
    client_of: ClientOf, account_of: Callable[..., Account], late: Child
) -> None:
    doctor = account_of(Role.CLINICIAN)
    client = client_of(Role.DATA_MANAGER)
    assert answer(client, late, act="owner", choice=doctor.username, text="") == 302
    assert due(late).owner == doctor.username
    assert "clinician" in text_of(page_of(client, "/?whose=all"))


# --- findings ----------------------------------------------------------------------------------


def test_a_finding_is_answered_and_the_answer_taken_back(
    client_of: ClientOf, hand: Hand, late: Child
) -> None:
    finding = Finding.objects.filter(child=late, severity="warning").first()
    assert finding is not None
    client = client_of(Role.DATA_MANAGER)
    address = f"/findings/{finding.pk}/"
    assert client.post(address, {"because": " "}).status_code == 422
    assert client.post(address, {"act": "resolve", "because": "as planned"}).status_code == 302
    assert "as planned" in text_of(page_of(client, address))
    assert finding.rule in text_of(page_of(client, "/findings/?state=resolved"))
    assert client.post(address, {"act": "reopen", "because": "not so"}).status_code == 302
    finding.refresh_from_db()
    assert finding.resolution is None


def test_who_cannot_amend_cannot_answer_a_finding(client_of: ClientOf, late: Child) -> None:
    finding = Finding.objects.filter(child=late).first()
    assert finding is not None
    for role in (Role.AUDITOR, Role.DIRECTOR):
        client = client_of(role)
        assert "<textarea" not in page_of(client, f"/findings/{finding.pk}/")
        refused = client.post(f"/findings/{finding.pk}/", {"because": "mine"})
        assert refused.status_code == 403
    assert not Entry.objects.filter(kind="resolution").exists()
