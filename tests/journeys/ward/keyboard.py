# SPDX-License-Identifier: Apache-2.0
"""Somebody at a keyboard: every step is a key, and what has no key cannot be done."""

from __future__ import annotations

import time

from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from playwright.sync_api import Page

FURTHEST = 160


def code_of(secret: str) -> str:
    """The code of this half minute."""
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


class Keyboard:
    """One person's keyboard on one page. There is no method that uses a mouse."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._used: set[str] = set()

    def go(self, url: str) -> None:
        """Type an address."""
        self.page.goto(url)

    def to(self, selector: str) -> None:
        """Tab until the element is in focus."""
        for _ in range(FURTHEST):
            if self._is_on(selector):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{selector} is not reached by Tab on {self.page.url}")

    def _is_on(self, selector: str) -> bool:
        found: bool = self.page.evaluate(
            "s => !!document.activeElement && document.activeElement.matches(s)", selector
        )
        return found

    def fill(self, selector: str, text: str) -> None:
        """Go to a field and type over what is in it."""
        self.to(selector)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def choose(self, selector: str, words: str) -> None:
        """Go to a list and type the words of one of its options."""
        self.to(selector)
        self.page.keyboard.type(words)

    def press(self, keys: str) -> None:
        """Press keys and wait for what they lead to."""
        self.page.keyboard.press(keys)
        self.page.wait_for_load_state("load")

    def follow(self, selector: str) -> None:
        """Go to a link or button and press Enter on it; wait for the page it leads to."""
        self.to(selector)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def save(self, keys: str = "Control+Enter") -> None:
        """Save, and wait for the page that follows."""
        with self.page.expect_navigation():
            self.page.keyboard.press(keys)

    def second_factor(self, secret: str) -> str:
        """A code that was not used before; waits for the next half minute where it must."""
        code = code_of(secret)
        while code in self._used:
            time.sleep(0.5)
            code = code_of(secret)
        self._used.add(code)
        return code

    @property
    def text(self) -> str:
        """What stands on the page."""
        return self.page.inner_text("body")
