# SPDX-License-Identifier: Apache-2.0
"""Every page of the demo, in both languages, has no serious or critical fault of accessibility."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from tests.journeys.ward.running import FLAGS, Server, browser_path, serving

BROWSER = browser_path()
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine; see browser.sh"),
]

# Roles that together see every area, and where each begins.
ROLES = {
    "data manager": ("/", "/children/", "/import/", "/queries/", "/verification/", "/audit/"),
    "clinician": ("/children/", "/help/keys/"),
    "cell laboratory": ("/products/",),
    "programme director": ("/evidence/", "/report/", "/look-ahead/", "/look-ahead/fit/"),
    "administrator": ("/administration/", "/account/2fa/", "/account/sessions/"),
}
# Pages of one shape are looked at once.
SAME = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d+|(?<=/)[a-z_]+-\d+(?=/)")
MOST_PAGES = 16
BAD = ("serious", "critical")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("demo") / "home"
    with serving(home, "demo") as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=BROWSER, args=FLAGS)
        yield opened
        opened.close()


def signed_in(browser: Browser, demo: Server, role: str, lang: str) -> Page:
    """A page on which somebody of this role is signed in, with what the demo printed."""
    line = next(
        line for line in demo.log.read_text(encoding="utf-8").splitlines() if f" {role} " in line
    )
    username, password = line.split()[0], line.split(role)[1].split()[0]
    codes = line.split(role)[1].split()[1:4]
    page = browser.new_context(viewport={"width": 1440, "height": 1000}).new_page()
    page.goto(demo.address)
    page.fill("#id_login", username)
    page.fill("#id_password", password)
    page.press("#id_password", "Enter")
    page.wait_for_selector("#id_code")
    page.fill("#id_code", codes[0 if lang == "nl" else 1])
    page.press("#id_code", "Enter")
    page.wait_for_url(re.compile(r"/(administration/)?$"))
    page.click(f"form.language button[value={lang}]")
    page.wait_for_selector(f"html[lang={lang}]")
    return page


def shape(url: str) -> str:
    parts = urlsplit(url)
    return SAME.sub("*", parts.path)


@pytest.mark.parametrize("lang", ["nl", "en"])
@pytest.mark.parametrize("role", ROLES)
def test_no_page_has_a_serious_fault(browser: Browser, demo: Server, role: str, lang: str) -> None:
    page = signed_in(browser, demo, role, lang)
    waiting = [urljoin(demo.address, path) for path in ROLES[role]]
    seen: set[str] = set()
    faults: list[str] = []
    while waiting and len(seen) < MOST_PAGES:
        url = waiting.pop(0)
        if shape(url) in seen or not url.startswith(demo.address):
            continue
        seen.add(shape(url))
        answer = page.goto(url)
        assert answer is not None
        assert answer.status < 500, url
        if answer.status >= 400 or "text/html" not in answer.headers.get("content-type", ""):
            continue
        for fault in Axe().run(page).response["violations"]:
            if fault["impact"] in BAD:
                where = "; ".join(node["html"][:120] for node in fault["nodes"][:2])
                faults.append(f"{shape(url)}: {fault['id']} ({fault['impact']}): {where}")
        links = page.eval_on_selector_all(
            "a[href]", "all => all.map(one => one.getAttribute('href'))"
        )
        waiting += [
            urljoin(url, link).split("#")[0]
            for link in links
            if not re.search(r"\.(pdf|xlsx|csv|json|txt|html)$|/logout/|/proof|/download", link)
        ]
    assert len(seen) >= len(ROLES[role])
    assert not faults, "\n".join(faults)
