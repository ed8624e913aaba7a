# SPDX-License-Identifier: Apache-2.0
"""Who the child is, kept apart and sealed; and who looked, which nobody can take back."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from cartulary.registry.models.centre import Centre


class Identity(models.Model):
    """Name, hospital number and date of birth, encrypted with a key that is not in the database.

    It may be erased: no entry refers to it.
    """

    child = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    centre = models.ForeignKey(Centre, on_delete=models.PROTECT, related_name="+")
    sealed = models.BinaryField()
    hospital_number_index = models.CharField(max_length=64, blank=True)
    key_id = models.CharField(max_length=16)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["centre", "hospital_number_index"],
                condition=~models.Q(hospital_number_index=""),
                name="identity_hospital_number",
            ),
        )

    def __str__(self) -> str:
        return f"identity of {self.child}"


class Reading(models.Model):
    """That an account looked at a page; the database refuses to change or delete it.

    `child` is empty for a page of many children. `as_of` is set when the past was looked at.
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(db_index=True)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="readings"
    )
    centre = models.ForeignKey(Centre, on_delete=models.PROTECT, related_name="+")
    child = models.UUIDField(null=True)
    page = models.CharField(max_length=100)
    as_of = models.DateTimeField(null=True)
    purpose = models.CharField(max_length=100, blank=True)

    class Meta:
        indexes = (models.Index(fields=["child", "at"], name="reading_child"),)

    def __str__(self) -> str:
        return f"{self.page} at {self.at:%Y-%m-%d %H:%M}"
