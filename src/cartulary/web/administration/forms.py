# SPDX-License-Identifier: Apache-2.0
"""What an administrator types: a new account, a role with its dates, the centre's settings."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.utils.translation import gettext, gettext_lazy

from cartulary.registry.models import Centre
from cartulary.registry.roles import Role
from cartulary.web.administration.people import role_word

LANGUAGES = (("nl", "Nederlands"), ("en", "English"))
LARGEST_LIMIT = 20


def _day(**settings: Any) -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"class": "w8", "autocomplete": "off"})
    return forms.DateField(widget=widget, input_formats=["%Y-%m-%d", "%d-%m-%Y"], **settings)


class RoleForm(forms.Form):
    """A role at this centre from one day until another."""

    role = forms.ChoiceField(label=gettext_lazy("Role"))
    since = _day(label=gettext_lazy("From"))
    until = _day(
        label=gettext_lazy("Until and including"),
        required=False,
        help_text=gettext_lazy("Empty: until further notice."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["role"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(role.value, role_word(role)) for role in Role]

    def clean(self) -> dict[str, Any]:
        """A role ends on the day it begins, or later."""
        given = super().clean() or {}
        since, until = given.get("since"), given.get("until")
        if since and until and until < since:
            self.add_error("until", gettext("This is before the role begins. Change a date."))
        return given

    def clean_role(self) -> Role:
        """The role itself."""
        return Role(self.cleaned_data["role"])


class AccountForm(RoleForm):
    """A new account with its first role."""

    username = forms.CharField(
        label=gettext_lazy("Name to sign in with"),
        max_length=150,
        validators=[UnicodeUsernameValidator()],
        widget=forms.TextInput(attrs={"class": "w12", "autocomplete": "off"}),
    )
    first_name = forms.CharField(
        label=gettext_lazy("First name or initials"),
        max_length=150,
        widget=forms.TextInput(attrs={"class": "w12", "autocomplete": "off"}),
    )
    last_name = forms.CharField(
        label=gettext_lazy("Last name"),
        max_length=150,
        widget=forms.TextInput(attrs={"class": "w12", "autocomplete": "off"}),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=LANGUAGES)

    field_order = ("username", "first_name", "last_name", "language", "role", "since", "until")


class CentreForm(forms.ModelForm):  # type: ignore[type-arg, unused-ignore]
    """What an administrator decides about the centre."""

    class Meta:
        model = Centre
        fields = ("programme", "language", "suppress_below")
        labels: ClassVar = {
            "programme": gettext_lazy("Name of the programme on reports"),
            "language": gettext_lazy("Language of reports"),
            "suppress_below": gettext_lazy("Smallest count that is shown"),
        }
        help_texts: ClassVar = {
            "programme": gettext_lazy("Empty: the name of the centre."),
            "suppress_below": gettext_lazy(
                "Smaller counts, and what would give them away, are withheld from evidence and "
                "reports. 0 shows every count. Many registries ask 5 or 10."
            ),
        }
        widgets: ClassVar = {
            "programme": forms.TextInput(attrs={"class": "w24"}),
            "language": forms.Select(choices=LANGUAGES),
            "suppress_below": forms.NumberInput(
                attrs={"class": "w4", "min": 0, "max": LARGEST_LIMIT}
            ),
        }

    def clean_suppress_below(self) -> int:
        """A limit past 20 would leave nothing of a paediatric programme."""
        limit: int = self.cleaned_data["suppress_below"]
        if limit > LARGEST_LIMIT:
            raise forms.ValidationError(
                gettext(
                    "A limit of %(limit)s withholds nearly everything of a programme this size. "
                    "Give 0 to 20."
                )
                % {"limit": limit}
            )
        return limit
