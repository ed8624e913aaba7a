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
    if "/events/new/" in keys.page.url:
        reasons_where_asked(keys)
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
    write(
        keys,
        child,
        "product",
        ("date", "2020-08-07"),
        ("product_id", "P-0007"),
        ("made_for", "W-001"),
        ("site", "central"),
        ("status", "ordered"),
    )
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

    custody(keys, here)
    findings_of_five_days(keys, here)
    write(
        keys,
        child,
        "assessment",
        ("date", "2020-09-28"),
        ("timepoint", "day 28"),
        ("response", "complete remission"),
        ("mrd_result", "negative"),
    )
    write(keys, child, "relapse", ("date", "2020-09-30"), ("cd19_status", "CD19 positive"))
    keys.go(here)
    assert "CD19-positive relapse" in keys.text.replace("Cd19", "CD19")

    # The date was wrong by a day: amended, with the reason, and both stay.
    keys.go(f"{here}events/infusion-1/amend/")
    keys.fill("#f-date", "2020-09-13")
    keys.fill("#f-change_reason", "copied from the wrong line of the chart")
    keys.save()
    reasons_where_asked(keys)
    keys.go(f"{here}events/infusion-1/")
    assert "13 September 2020" in keys.text
    assert "14 September 2020" in keys.text
    assert "copied from the wrong line of the chart" in keys.text

    report = downloaded_report(keys, running)
    assert report.startswith(b"%PDF")
    assert "ward: intact" in running.command("ledger", "verify")
    assert not faults, faults


def custody(keys: Keyboard, here: str) -> None:
    """The product's identifiers set, the cells collected and sent: two labels read at each step."""
    keys.go(f"{here}products/product-1/?do=identify#hand-off")
    keys.fill("#f-new_chain_of_identity", "NL-COI-0500")
    keys.fill("#f-new_donation", "G123498654321")
    press_go(keys)
    keys.go(f"{here}products/product-1/?do=collect#hand-off")
    scanned(keys, "NL-COI-0999", "W-001")
    assert "Blocked" in keys.text
    keys.go(f"{here}products/product-1/?do=collect#hand-off")
    scanned(keys, "NL-COI-0500", "W-001")
    press_go(keys)
    assert "Collected" in keys.text


def scanned(keys: Keyboard, *labels: str) -> None:
    """Each identifier typed as a scanner does, with Enter at its end."""
    for number, label in enumerate(labels):
        field = keys.page.locator("input.identifier").nth(number)
        keys.fill(f"#{field.get_attribute('id')}", label)
        keys.page.keyboard.press("Enter")
        keys.page.wait_for_timeout(1200)


def press_go(keys: Keyboard) -> None:
    """The one filled button of the hand-off."""
    keys.to("#hand-off button.filled")
    keys.page.keyboard.press("Enter")
    keys.page.wait_for_timeout(1500)


FEVER = ("37.4", "38.6", "39.2", "38.3", "37.0")


def findings_of_five_days(keys: Keyboard, here: str) -> None:
    """Five rows of the grid; the grade follows from what was seen."""
    for day, temperature in enumerate(FEVER):
        keys.go(f"{here}toxicity/?edit={day}")
        keys.fill("#f-temperature_c", temperature)
        keys.choose("#f-hypotension", "no")
        keys.fill("#f-vasopressors", "0")
        keys.choose("#f-oxygen_support", "none")
        keys.save()
        reasons_where_asked(keys)
    keys.go(f"{here}table/")
    assert "CRS grade 1, day 1" in keys.text


def reasons_where_asked(keys: Keyboard) -> None:
    """What is unlikely stands when somebody says why."""
    for _ in range(2):
        reasons = keys.page.locator("input[name^='because_'], input[name^='reason_']")
        if reasons.count() == 0:
            return
        for number in range(reasons.count()):
            name = reasons.nth(number).get_attribute("name")
            keys.fill(f"input[name='{name}']", "checked against the source")
        keys.save()


def downloaded_report(keys: Keyboard, server: Server) -> bytes:
    """The programme's report, made by one button, and its PDF."""
    keys.go(f"{server.address}/report/")
    keys.to("main button.filled")
    keys.page.keyboard.press("Enter")
    keys.page.wait_for_selector("a[href$='/pdf/']", timeout=120_000)
    keys.to("a[href$='/pdf/']")
    with keys.page.expect_download() as waiting:
        keys.page.keyboard.press("Enter")
    return Path(waiting.value.path()).read_bytes()
