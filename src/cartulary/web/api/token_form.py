# SPDX-License-Identifier: Apache-2.0
"""What somebody says of a new token: its name, its purpose, what it may, and how long."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import get_language, gettext_lazy

from cartulary.course.events.treatment import Purpose
from cartulary.registry.permissions import Permission
from cartulary.web.access import Seat
from cartulary.web.api.token_words import word_of
from cartulary.web.api.tokens import offered

OWN_CARE = "care"
_DAYS = (
    ("30", gettext_lazy("30 days")),
    ("90", gettext_lazy("90 days")),
    ("365", gettext_lazy("a year")),
)


class TokenForm(forms.Form):
    """A token for the programs of one person at one centre."""

    name = forms.CharField(
        label=gettext_lazy("What it is for"),
        max_length=100,
        widget=forms.TextInput(attrs={"class": "w24", "autocomplete": "off"}),
        help_text=gettext_lazy("The name of the program, such as: laboratory system."),
    )
    purpose = forms.ChoiceField(
        label=gettext_lazy("Purpose"),
        help_text=gettext_lazy(
            "For another purpose than own care, only children whose consent for it stands are "
            "given, without calendar dates."
        ),
    )
    permissions = forms.MultipleChoiceField(
        label=gettext_lazy("What it may do"), widget=forms.CheckboxSelectMultiple
    )
    days = forms.ChoiceField(label=gettext_lazy("Ends after"), choices=_DAYS, initial="90")

    def __init__(self, seat: Seat, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lang = get_language() or "nl"
        purpose, permissions = self.fields["purpose"], self.fields["permissions"]
        assert isinstance(purpose, forms.ChoiceField)
        assert isinstance(permissions, forms.MultipleChoiceField)
        purpose.choices = [
            (OWN_CARE, gettext_lazy("own care and its quality")),
            *((one.value, word_of(one, lang)) for one in Purpose),
        ]
        permissions.choices = [(one.value, word_of(one, lang)) for one in offered(seat)]

    def clean_purpose(self) -> Purpose | None:
        """The purpose itself; None for the centre's own care."""
        code = self.cleaned_data["purpose"]
        return None if code == OWN_CARE else Purpose(code)

    def clean_permissions(self) -> list[Permission]:
        """The permissions themselves."""
        return [Permission(code) for code in self.cleaned_data["permissions"]]

    def expires(self, now: datetime) -> datetime:
        """When the token ends."""
        return now + timedelta(days=int(self.cleaned_data["days"]))
