# SPDX-License-Identifier: Apache-2.0
"""No page holds an inline script, an inline style or a foreign host, and none may be framed."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from django.test import Client

from cartulary.registry.roles import Role
from tests.web.route_samples import World, address
from tests.web.test_permission_matrix import SEATED, answered, ours

__all__ = ["ours"]
pytestmark = pytest.mark.usefixtures("no_work_beside")

FOREIGN = re.compile(r"""(?:src|href|action)=["'](?:https?:)?//(?!testserver)""")


class Inline(HTMLParser):
    """Collects what a strict policy would refuse."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._in_script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = dict(attrs)
        if tag == "style":
            self.found.append("a <style> element")
        if tag == "script" and "src" not in held and held.get("type") != "application/json":
            self.found.append("a <script> without src")
        for name, value in attrs:
            if name.startswith(("on", "hx-on")):
                self.found.append(f"{name} on <{tag}>")
            if name == "style":
                self.found.append(f"style on <{tag}>: {value}")
            if value and value.strip().lower().startswith("javascript:"):
                self.found.append(f"{name} with a script on <{tag}>")


def faults(html: str) -> list[str]:
    parser = Inline()
    parser.feed(html)
    return [*parser.found, *FOREIGN.findall(html)]


def test_the_test_finds_what_it_looks_for() -> None:
    html = '<p style="a">x</p><script>1</script><a onclick="x">y</a><img src="//cdn.x/y">'
    assert len(faults(html)) == 4


@pytest.mark.parametrize("role", [Role.DATA_MANAGER, Role.LABORATORY, Role.ADMINISTRATOR])
def test_no_page_holds_anything_inline(
    role: Role, client_of: Callable[..., Client], ours: World
) -> None:
    client = client_of(role)
    wrong = []
    for name, pattern in SEATED.items():
        if "GET" not in getattr(pattern.callback, "methods", ("GET",)):
            continue
        _, content, answer = answered(client, "GET", address(name, pattern, ours, role))
        if "text/html" in answer.get("Content-Type", ""):
            # A file to take away is no page of the app: it carries its own style.
            taken_away = "attachment" in answer.get("Content-Disposition", "")
            wrong += [f"{name}: {fault}" for fault in faults(content.decode()) if not taken_away]
            assert "default-src 'self'" in answer["Content-Security-Policy"], name
            assert "unsafe" not in answer["Content-Security-Policy"], name
            assert answer["X-Frame-Options"] == "DENY", name
            assert "no-store" in answer["Cache-Control"], name
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("page", ["/account/login/", "/account/2fa/", "/account/sessions/"])
def test_the_pages_of_signing_in_too(
    page: str, client_of: Callable[..., Client], client: Client
) -> None:
    browser = client if "login" in page else client_of(Role.DATA_MANAGER)
    answer = browser.get(page, follow=True)
    assert answer.status_code == 200
    assert not faults(answer.content.decode())
