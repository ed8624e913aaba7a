# SPDX-License-Identifier: Apache-2.0
"""A centre: the hospital whose ledger this is, and how its programme describes itself."""

from __future__ import annotations

from typing import Any

from django.db import models

from cartulary.course.course import DayZero, Origin
from cartulary.course.errors import CartularyError
from cartulary.registry.models.words import choices_of


class Centre(models.Model):
    """One centre, with one chain of entries.

    `code` stands in every entry's hash and therefore never changes. `name` is the centre as its
    courses name it; the fields after it are what the programme's table says in files.
    """

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=200)
    programme = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=2, blank=True)
    notes = models.JSONField(default=list, blank=True)
    not_reported = models.JSONField(default=list, blank=True)
    data_cut = models.DateField(null=True, blank=True)
    origin = models.CharField(
        max_length=20, choices=choices_of(Origin), default=Origin.RECORDED.value
    )
    day0_is = models.CharField(
        max_length=20, choices=choices_of(DayZero), default=DayZero.INDICATION.value
    )
    # Counts from 1 up to this less one are withheld from evidence and reports; 0 withholds none.
    suppress_below = models.PositiveSmallIntegerField(default=0)
    anchored_number = models.BigIntegerField(default=0)
    anchored_hash = models.CharField(max_length=64, blank=True)
    anchored_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Refuses another code for a centre that has one."""
        if self.pk is not None:
            before = Centre.objects.filter(pk=self.pk).values_list("code", flat=True).first()
            if before is not None and before != self.code:
                raise CartularyError(
                    f"The code of centre {before!r} cannot become {self.code!r}. It stands in the "
                    "hash of every entry, which would no longer agree. Change the name instead."
                )
        super().save(*args, **kwargs)
