# SPDX-License-Identifier: Apache-2.0
"""The entries, their chain, and the two projections that pages read."""

from __future__ import annotations

import uuid

from django.db import models

from cartulary.course.choice import Choice
from cartulary.course.course import DayZero, Origin
from cartulary.registry.models.centre import Centre
from cartulary.registry.models.words import choices_of

HASH_LENGTH = 64
EVENT_LENGTH = 80
KIND_LENGTH = 40


class Act(Choice):
    """What an entry does to an event."""

    WRITE = "write", "written", "ingevoerd"
    AMEND = "amend", "amended", "gewijzigd"
    WITHDRAW = "withdraw", "withdrawn", "ingetrokken"


class Via(Choice):
    """How an entry came in."""

    FORM = "form", "form", "formulier"
    IMPORT = "import", "import", "import"
    API = "api", "API", "API"
    COMMAND = "command", "command", "opdracht"


class ChainHead(models.Model):
    """The last entry of a centre's chain; whoever writes holds this row."""

    centre = models.OneToOneField(
        Centre, on_delete=models.PROTECT, primary_key=True, related_name="head"
    )
    number = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=HASH_LENGTH)
    recorded_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.number} {self.hash}"


class Entry(models.Model):
    """One line of the ledger. The database refuses to change or delete it.

    `hash` covers every other field but `seal` (and the database's own row number);
    `seal` is made from it with a key that is not in the database.
    """

    id = models.BigAutoField(primary_key=True)
    centre = models.ForeignKey(Centre, on_delete=models.PROTECT, related_name="entries")
    number = models.BigIntegerField()
    child = models.UUIDField()
    event = models.CharField(max_length=EVENT_LENGTH)
    kind = models.CharField(max_length=KIND_LENGTH)
    act = models.CharField(max_length=10, choices=choices_of(Act))
    version = models.IntegerField()
    payload = models.TextField()
    reason = models.TextField(blank=True)
    batch = models.UUIDField(null=True)
    via = models.CharField(max_length=10, choices=choices_of(Via))
    author = models.CharField(max_length=150)
    client_id = models.CharField(max_length=100, blank=True)
    recorded_at = models.DateTimeField()
    previous_hash = models.CharField(max_length=HASH_LENGTH)
    hash = models.CharField(max_length=HASH_LENGTH)
    seal = models.CharField(max_length=HASH_LENGTH)

    class Meta:
        ordering = ("centre_id", "number")
        constraints = (
            models.UniqueConstraint(fields=["centre", "number"], name="entry_number"),
            models.UniqueConstraint(fields=["child", "event", "version"], name="entry_version"),
            models.UniqueConstraint(
                fields=["centre", "client_id"],
                condition=~models.Q(client_id=""),
                name="entry_client_id",
            ),
        )
        indexes = (
            models.Index(
                fields=["centre", "batch"],
                condition=models.Q(batch__isnull=False),
                name="entry_batch",
            ),
        )

    def __str__(self) -> str:
        return f"entry {self.number}"


class Child(models.Model):
    """One child, as the entries of kind "child" give it: a projection, never written by hand.

    `key` stands in addresses, `course_id` is the pseudonym. `position` is the number of the
    entry that registered the child, so that it keeps the order of registration.
    """

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    centre = models.ForeignKey(Centre, on_delete=models.PROTECT, related_name="children")
    course_id = models.CharField(max_length=100)
    origin = models.CharField(max_length=20, choices=choices_of(Origin))
    sex = models.CharField(max_length=20, blank=True)
    age_days_at_day0 = models.IntegerField(null=True)
    day0 = models.DateField(null=True)
    day0_is = models.CharField(max_length=20, choices=choices_of(DayZero))
    data_cut = models.DateField(null=True)
    entries = models.IntegerField(default=0)
    touched_at = models.DateTimeField()
    touched_by = models.CharField(max_length=150)
    position = models.BigIntegerField()
    withdrawn = models.BooleanField(default=False)

    class Meta:
        ordering = ("centre_id", "position")
        constraints = (
            models.UniqueConstraint(
                fields=["centre", "course_id"],
                condition=models.Q(withdrawn=False),
                name="child_pseudonym",
            ),
        )
        indexes = (
            models.Index(fields=["centre", "position"], name="child_position"),
            models.Index(fields=["centre", "-touched_at"], name="child_touched"),
            models.Index(
                fields=["centre"], condition=models.Q(withdrawn=True), name="child_withdrawn"
            ),
        )

    def __str__(self) -> str:
        return self.course_id


class Current(models.Model):
    """The last version of one event: a projection, written with its entry.

    `date` is the event's own (partial) date as text, for sorting; empty when it has none.
    A withdrawn event keeps what it last said.
    """

    id = models.BigAutoField(primary_key=True)
    centre = models.ForeignKey(Centre, on_delete=models.PROTECT, related_name="+")
    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="current")
    event = models.CharField(max_length=EVENT_LENGTH)
    kind = models.CharField(max_length=KIND_LENGTH)
    version = models.IntegerField()
    entry = models.BigIntegerField()
    payload = models.TextField()
    date = models.CharField(max_length=10, blank=True)
    withdrawn = models.BooleanField(default=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["child", "event"], name="current_event"),)
        indexes = (
            models.Index(fields=["centre", "kind"], name="current_kind"),
            # Products are listed and infused children counted without opening their rows.
            models.Index(
                fields=["centre", "-date", "-entry", "child"],
                condition=models.Q(kind="product", withdrawn=False),
                name="current_products",
            ),
            models.Index(
                fields=["centre", "child"],
                condition=models.Q(kind="infusion", withdrawn=False),
                name="current_infused",
            ),
        )

    def __str__(self) -> str:
        return f"{self.event} v{self.version}"
