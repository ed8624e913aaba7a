# SPDX-License-Identifier: Apache-2.0
"""What helps the work along and can be made anew: drafts, worklists, batches, mappings."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from cartulary.course.problem import Severity
from cartulary.registry.models.centre import Centre
from cartulary.registry.models.ledger import EVENT_LENGTH, KIND_LENGTH, Child
from cartulary.registry.models.words import choices_of


class Draft(models.Model):
    """A form that was begun and not yet saved; each person has their own.

    `child` is empty for a child that is being registered; `event` for a new event.
    """

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="drafts"
    )
    centre = models.ForeignKey(Centre, on_delete=models.CASCADE, related_name="+")
    child = models.ForeignKey(Child, on_delete=models.CASCADE, null=True, related_name="drafts")
    kind = models.CharField(max_length=KIND_LENGTH)
    event = models.CharField(max_length=EVENT_LENGTH, blank=True)
    base_version = models.IntegerField(default=0)
    data = models.JSONField(default=dict)
    saved_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["account", "child", "kind", "event"], name="draft_once"
            ),
        )

    def __str__(self) -> str:
        return f"draft of {self.kind}"


class Finding(models.Model):
    """Something that a rule found in a child's course; worked out anew when the course changes."""

    centre = models.ForeignKey(Centre, on_delete=models.CASCADE, related_name="+")
    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="findings")
    rule = models.CharField(max_length=60)
    severity = models.CharField(max_length=10, choices=choices_of(Severity))
    events = models.JSONField(default=list)
    problem = models.JSONField(default=dict)
    found_at = models.DateTimeField()
    resolution = models.BigIntegerField(null=True)

    class Meta:
        indexes = (
            models.Index(
                fields=["centre", "severity", "id"],
                condition=models.Q(resolution__isnull=True),
                name="finding_open",
            ),
        )

    def __str__(self) -> str:
        return self.rule


_PENDING = models.Q(done_on__isnull=True)
# The source states a window, or a target alone.
_WINDOW = _PENDING & models.Q(opens__lt=models.F("closes"))
_TARGET = _PENDING & models.Q(opens=models.F("closes"))
# Each count of the worklists is read from an index alone: what is late or has passed its target,
# and what opens soon, of the centre and of one owner.
_COUNTED = (
    (("centre", "closes", "opens"), _WINDOW, "due_window"),
    (("centre", "closes", "opens"), _TARGET, "due_target"),
    (("centre", "opens", "closes"), _PENDING, "due_soon"),
    (("centre", "owner", "closes", "opens"), _WINDOW, "due_my_window"),
    (("centre", "owner", "closes", "opens"), _TARGET, "due_my_target"),
    (("centre", "owner", "opens", "closes"), _PENDING, "due_my_soon"),
)


class Due(models.Model):
    """A contact or form that is expected within a window."""

    centre = models.ForeignKey(Centre, on_delete=models.CASCADE, related_name="+")
    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="due")
    item = models.CharField(max_length=80)
    opens = models.DateField()
    target = models.DateField()
    closes = models.DateField()
    done_on = models.DateField(null=True)
    owner = models.CharField(max_length=150, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["child", "item"], name="due_once"),)
        indexes = (
            models.Index(fields=["centre", "closes"], condition=_PENDING, name="due_open"),
            *(
                models.Index(fields=fields, condition=which, name=name)
                for fields, which, name in _COUNTED
            ),
        )

    def __str__(self) -> str:
        return self.item


class Batch(models.Model):
    """Entries that came in together, so that they can be taken back together."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    centre = models.ForeignKey(Centre, on_delete=models.PROTECT, related_name="batches")
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    at = models.DateTimeField()
    file_name = models.CharField(max_length=200)
    file_sha256 = models.CharField(max_length=64, blank=True)
    counts = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"batch {self.key}"


class MappingMemory(models.Model):
    """Which column of a kind of file holds what, remembered by the file's header."""

    centre = models.ForeignKey(Centre, on_delete=models.CASCADE, related_name="+")
    header_signature = models.CharField(max_length=64)
    mapping = models.JSONField(default=dict)
    used_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["centre", "header_signature"], name="mapping_once"),
        )

    def __str__(self) -> str:
        return f"mapping {self.header_signature[:8]}"
