# SPDX-License-Identifier: Apache-2.0
"""One place reads the clock, and only a demo may pretend another day."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from django.test import override_settings

import cartulary.registry
from cartulary.registry import clock


def test_now_is_now_in_utc() -> None:
    moment = clock.now()
    assert moment.tzinfo is UTC
    assert abs(moment - datetime.now(UTC)) < timedelta(seconds=5)


def test_today_is_the_date_at_the_hospital() -> None:
    with override_settings(TIME_ZONE="Pacific/Kiritimati"):
        east = clock.today()
    with override_settings(TIME_ZONE="Pacific/Pago_Pago"):
        west = clock.today()
    assert (east - west).days == 1


def test_a_demo_pretends_its_own_day_and_keeps_the_time() -> None:
    with override_settings(CARTULARY_DEMO=True, CARTULARY_TODAY="2020-10-01"):
        assert clock.today() == date(2020, 10, 1)
        first, second = clock.now(), clock.now()
    assert first <= second
    assert first.date() in (date(2020, 9, 30), date(2020, 10, 1))


def test_outside_a_demo_no_day_is_pretended() -> None:
    with override_settings(CARTULARY_DEMO=False, CARTULARY_TODAY="2020-10-01"):
        assert clock.today() > date(2024, 1, 1)


def test_nothing_else_in_the_registry_reads_the_clock() -> None:
    folder = Path(cartulary.registry.__file__).parent
    readers = {
        path.name
        for path in folder.rglob("*.py")
        if re.search(
            r"\b(datetime\.now|date\.today|time\.time|timezone\.now|localdate)\(",
            path.read_text(encoding="utf-8"),
        )
    }
    assert readers == {"clock.py"}
