# SPDX-License-Identifier: Apache-2.0
"""On PostgreSQL the rows of a centre exist only for whoever is within it."""

from __future__ import annotations

from typing import Any

from django.db import migrations

from cartulary.registry import walls


def _put_up(apps: Any, schema_editor: Any) -> None:
    _execute(schema_editor, walls.statements())


def _take_down(apps: Any, schema_editor: Any) -> None:
    _execute(schema_editor, walls.undo())


def _execute(schema_editor: Any, statements: list[str]) -> None:
    if schema_editor.connection.vendor == "postgresql":
        with schema_editor.connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)


class Migration(migrations.Migration):
    """The walls of PostgreSQL."""

    dependencies = (("registry", "0002_append_only"),)
    operations = (migrations.RunPython(_put_up, _take_down),)
