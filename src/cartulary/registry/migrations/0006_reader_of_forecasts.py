# SPDX-License-Identifier: Apache-2.0
"""A role that is given person by person: whoever has it may see the forecast of a child."""

from __future__ import annotations

from django.db import migrations, models

_ROLES = (
    ("data_manager", "data manager"),
    ("clinician", "clinician"),
    ("laboratory", "cell laboratory"),
    ("director", "programme director"),
    ("auditor", "auditor"),
    ("administrator", "administrator"),
    ("forecasts", "reader of forecasts"),
)


class Migration(migrations.Migration):
    """One more choice; the column stays as it is."""

    dependencies = (("registry", "0005_quick_lists"),)

    operations = (
        migrations.AlterField(
            "membership", "role", models.CharField(max_length=20, choices=list(_ROLES))
        ),
    )
