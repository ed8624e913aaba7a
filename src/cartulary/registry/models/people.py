# SPDX-License-Identifier: Apache-2.0
"""Who may come in: accounts, their roles at centres, and the tokens of programs."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models

from cartulary.registry.models.centre import Centre
from cartulary.registry.models.words import choices_of
from cartulary.registry.roles import Role


class Account(AbstractUser):
    """Somebody who can sign in. What they may do is in their memberships alone."""

    language = models.CharField(
        max_length=2, choices=[("nl", "Nederlands"), ("en", "English")], default="nl"
    )
    single_keys = models.BooleanField(default=True)
    # Somebody else knows the password: it is good for one sign-in, and is changed there.
    password_is_one_time = models.BooleanField(default=False)


class Membership(models.Model):
    """A role at a centre, from one date until another."""

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships"
    )
    centre = models.ForeignKey(Centre, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, choices=choices_of(Role))
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["account", "centre", "role", "since"], name="membership_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.role} at centre {self.centre_id}"


class Token(models.Model):
    """What a program shows instead of a password; only a hash of it is kept."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="tokens"
    )
    centre = models.ForeignKey(Centre, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=100, blank=True)
    purpose = models.CharField(max_length=20)
    permissions = models.JSONField(default=list)
    secret_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    expires = models.DateTimeField()
    last_used = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"token {self.name or self.key}"
