# SPDX-License-Identifier: Apache-2.0
"""The database refuses to change or delete entries and readings, and keeps each chain one."""

from __future__ import annotations

from typing import Any

from django.db import migrations

from cartulary.registry import triggers


def _put_up(apps: Any, schema_editor: Any) -> None:
    of_vendor = {
        "sqlite": triggers.sqlite_statements,
        "postgresql": triggers.postgresql_statements,
    }
    with schema_editor.connection.cursor() as cursor:
        for statement in of_vendor[schema_editor.connection.vendor]():
            cursor.execute(statement)


def _take_down(apps: Any, schema_editor: Any) -> None:
    of_vendor = {"sqlite": triggers.sqlite_undo, "postgresql": triggers.postgresql_undo}
    with schema_editor.connection.cursor() as cursor:
        for statement in of_vendor[schema_editor.connection.vendor]():
            cursor.execute(statement)


class Migration(migrations.Migration):
    """The triggers on entries and readings."""

    dependencies = (("registry", "0001_initial"),)
    operations = (migrations.RunPython(_put_up, _take_down),)
