# SPDX-License-Identifier: Apache-2.0
"""What keeps the lists quick with many children: indexes of what is open, and walls read once."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models

from cartulary.registry import walls

_PENDING = models.Q(done_on__isnull=True)
_WINDOW = _PENDING & models.Q(opens__lt=models.F("closes"))
_TARGET = _PENDING & models.Q(opens=models.F("closes"))
_OF_DUE = (
    (("centre", "closes", "opens"), _WINDOW, "due_window"),
    (("centre", "closes", "opens"), _TARGET, "due_target"),
    (("centre", "opens", "closes"), _PENDING, "due_soon"),
    (("centre", "owner", "closes", "opens"), _WINDOW, "due_my_window"),
    (("centre", "owner", "closes", "opens"), _TARGET, "due_my_target"),
    (("centre", "owner", "opens", "closes"), _PENDING, "due_my_soon"),
)


def _renew_walls(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        with schema_editor.connection.cursor() as cursor:
            for statement in walls.renewed():
                cursor.execute(statement)


class Migration(migrations.Migration):
    """Indexes, and the same policies written so that the planner can use an index."""

    dependencies = (("registry", "0004_one_time_password_and_small_counts"),)

    operations = (
        migrations.RemoveIndex("finding", "finding_severity"),
        migrations.AddIndex(
            "finding",
            models.Index(
                fields=["centre", "severity", "id"],
                condition=models.Q(resolution__isnull=True),
                name="finding_open",
            ),
        ),
        migrations.AddIndex(
            "current",
            models.Index(
                fields=["centre", "-date", "-entry", "child"],
                condition=models.Q(kind="product", withdrawn=False),
                name="current_products",
            ),
        ),
        migrations.AddIndex(
            "current",
            models.Index(
                fields=["centre", "child"],
                condition=models.Q(kind="infusion", withdrawn=False),
                name="current_infused",
            ),
        ),
        migrations.AddIndex(
            "child",
            models.Index(
                fields=["centre"], condition=models.Q(withdrawn=True), name="child_withdrawn"
            ),
        ),
        *(
            migrations.AddIndex("due", models.Index(fields=fields, condition=which, name=name))
            for fields, which, name in _OF_DUE
        ),
        # What an earlier version made means the same, so there is nothing to undo.
        migrations.RunPython(_renew_walls, migrations.RunPython.noop),
    )
