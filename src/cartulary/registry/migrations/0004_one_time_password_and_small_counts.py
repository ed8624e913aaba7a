# SPDX-License-Identifier: Apache-2.0
"""A password for one time, and the smallest count that a centre shows."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Two columns."""

    dependencies = (("registry", "0003_row_level_security"),)

    operations = (
        migrations.AddField("account", "password_is_one_time", models.BooleanField(default=False)),
        migrations.AddField(
            "centre", "suppress_below", models.PositiveSmallIntegerField(default=0)
        ),
    )
