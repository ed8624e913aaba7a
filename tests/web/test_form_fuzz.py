# SPDX-License-Identifier: Apache-2.0
"""Whatever is typed into a form, or sent to a page in whatever way, nothing of the app breaks."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cartulary.registry.models import Child
from cartulary.registry.permissions import TOGETHER_WITH, may
from cartulary.registry.roles import Role
from cartulary.registry.verifying import verify
from cartulary.registry.writing import Hand
from cartulary.web.access import needs_of
from tests.web.conftest import proven
from tests.web.route_samples import World, address, world
from tests.web.test_permission_matrix import SEATED, methods_of

POSTED = {name: pattern for name, pattern in SEATED.items() if "POST" in methods_of(pattern)}
FIELD = re.compile(rb'name="([^"]{1,80})"')

# What somebody types who is tired, in a hurry, or of ill will.
ODD = [
    *("", " ", "0", "-1", "1e309", "9" * 400, "NaN", "Infinity", "½", "١٢٣", "0x10", "1,5", "1.5"),
    *("\x00", "a\x00b", "\u202eabc", "\ufeff", "é" * 5000, "🧬", "'; DROP TABLE x;--"),
    *("<script>1</script>", "{{ 7 }}", "%s%n", "../../etc/passwd", "\r\nSet-Cookie: a=b", "null"),
    *(
        "2020-02-30",
        "0000-00-00",
        "9999-12-31",
        "31-12-0001",
        "24:61",
        "d-99999999",
        "+3",
        "17 mrt",
    ),
    *("true", "on", "not_done", "unknown", "[]", "{", '{"a": 1}', "[" * 3000),
]
WORDS = st.one_of(
    st.sampled_from(ODD), st.text(max_size=40).filter(lambda text: "\ud800" not in text)
)
"""Any text that a browser can send."""

EXAMPLES = settings(
    max_examples=12, suppress_health_check=list(HealthCheck), deadline=None, database=None
)


@pytest.fixture
def ours(hand: Hand, a_child: Child) -> World:
    return world(hand, a_child)


def role_for(name: str) -> Role:
    """Somebody who is let in, once given the role that some permissions need beside it."""
    needs = needs_of(SEATED[name].callback)
    beside = frozenset(TOGETHER_WITH.values())
    return next(role for role in Role if any(may(beside | {role}, need) for need in needs))


def sent(client: Client, method: str, url: str, data: Any = None) -> int:
    with closing(client.generic(method, url) if data is None else client.post(url, data)) as answer:
        return answer.status_code


@pytest.mark.parametrize("name", sorted(POSTED))
def test_no_form_breaks(name: str, client_of: Callable[..., Client], ours: World) -> None:
    role = role_for(name)
    client = proven(client_of(role, also=Role.FORECASTS))
    client.raise_request_exception = True
    pattern = POSTED[name]
    url = address(name, pattern, ours, role)
    fields: list[str] = []
    if "GET" in methods_of(pattern):
        with closing(client.get(url)) as page:
            content = b"".join(page.streaming_content) if page.streaming else page.content
            fields = sorted({found.decode() for found in FIELD.findall(content)})
    fields = [field for field in fields if field != "csrfmiddlewaretoken"]
    names = st.sampled_from([*fields, "date", "reason", "value", "act", "next", "\x00", "facts"])

    @EXAMPLES
    @given(data=st.dictionaries(names, st.one_of(WORDS, st.lists(WORDS, max_size=3)), max_size=12))
    def holds(data: dict[str, Any]) -> None:
        assert sent(client, "POST", url, data) < 500

    holds()
    assert verify(ours.child.centre).intact


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "HEAD"])
def test_no_page_breaks_on_another_method(
    method: str, client_of: Callable[..., Client], ours: World
) -> None:
    wrong = []
    for name, pattern in SEATED.items():
        role = role_for(name)
        client = proven(client_of(role, also=Role.FORECASTS))
        client.raise_request_exception = False
        status = sent(client, method, address(name, pattern, ours, role))
        known = method in methods_of(pattern) or (method == "HEAD" and "GET" in methods_of(pattern))
        if status >= 500 or (not known and status != 405):
            wrong.append(f"{method} {name}: {status}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("text", ["\x00", "-1", "9" * 400, "0000-00-00", "<script>", "é" * 2000])
def test_no_page_breaks_on_an_odd_question(
    text: str, client_of: Callable[..., Client], ours: World
) -> None:
    wrong = []
    asked = ("page", "q", "at", "as_of", "sort", "offset", "from", "until", "endpoint", "lang")
    for name, pattern in SEATED.items():
        if "GET" not in methods_of(pattern):
            continue
        role = role_for(name)
        client = proven(client_of(role, also=Role.FORECASTS))
        client.raise_request_exception = False
        url = address(name, pattern, ours, role)
        with closing(client.get(url, dict.fromkeys(asked, text))) as answer:
            if answer.status_code >= 500:
                wrong.append(f"{name}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)
