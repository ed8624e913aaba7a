# SPDX-License-Identifier: Apache-2.0
"""The form by which a report is asked for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from cartulary.course.events.treatment import Purpose
from cartulary.registry import clock
from cartulary.registry.models import Centre
from cartulary.web.entry.spoken import language
from cartulary.web.evidence.report_wanted import ReportWanted

LARGEST_LIMIT = 20
LANGUAGES = (("nl", "Nederlands"), ("en", "English"))


def _date(label: Any, help_text: Any = "") -> forms.DateField:
    return forms.DateField(
        label=label,
        help_text=help_text,
        required=False,
        input_formats=["%Y-%m-%d", "%d-%m-%Y"],
        widget=forms.DateInput(
            format="%Y-%m-%d",
            attrs={"class": "w12 num", "placeholder": "2020-10-01", "autocomplete": "off"},
        ),
    )


class ReportForm(forms.Form):
    """Language, children, day, and how small a count may be shown."""

    lang = forms.ChoiceField(label=gettext_lazy("Language"), choices=LANGUAGES)
    purpose = forms.ChoiceField(label=gettext_lazy("Purpose"), required=False)
    first = _date(gettext_lazy("Indications from"))
    last = _date(gettext_lazy("Indications until"), gettext_lazy("Empty: all children."))
    as_of = _date(gettext_lazy("As the ledger stood on"), gettext_lazy("Empty: as it stands now."))
    suppress = forms.IntegerField(
        label=gettext_lazy("Smallest count that is shown"),
        min_value=0,
        max_value=LARGEST_LIMIT,
        widget=forms.NumberInput(attrs={"class": "w4"}),
    )

    def __init__(self, centre: Centre, data: Any = None) -> None:
        spoken = language()
        initial = {
            "lang": spoken,
            "suppress": centre.suppress_below,
            "purpose": "",
        }
        super().__init__(data, initial=initial)
        self.centre = centre
        purposes = [(one.value, one.nl if spoken == "nl" else one.en) for one in Purpose]
        asked = gettext("with consent for %(purpose)s")
        self.fields["purpose"].choices = [  # type: ignore[attr-defined]
            ("", gettext("the centre's own quality of care")),
            *((code, asked % {"purpose": words}) for code, words in purposes),
        ]
        if centre.suppress_below > 1:
            limit = {"n": centre.suppress_below}
            self.fields["suppress"].help_text = (
                gettext("The centre withholds counts below %(n)s; a report may withhold more.")
                % limit
            )
        else:
            self.fields["suppress"].help_text = gettext(
                "0 shows every count: right within the centre, not for what is published."
            )

    def clean_suppress(self) -> int:
        """A report never shows what the centre withholds."""
        limit: int = self.cleaned_data["suppress"]
        least = self.centre.suppress_below
        if least > 1 and limit < least:
            raise forms.ValidationError(
                gettext(
                    "The centre withholds counts below %(n)s, and this would show smaller ones. "
                    "Give %(n)s or more."
                )
                % {"n": least}
            )
        return limit

    def clean_as_of(self) -> Any:
        """A day that is still to come has no ledger."""
        day = self.cleaned_data["as_of"]
        if day is not None and day > clock.today():
            raise forms.ValidationError(
                gettext("That day is still to come. Give a day of the past, or leave it empty.")
            )
        return day

    def clean(self) -> dict[str, Any]:
        """A period that ends before it begins holds nobody."""
        given = super().clean() or {}
        first, last = given.get("first"), given.get("last")
        if first and last and last < first:
            self.add_error(
                "last",
                gettext("This is before the first date. No child falls in the period."),
            )
        return given

    def wanted(self) -> ReportWanted:
        """The report that a valid form asks for."""
        given = self.cleaned_data
        return ReportWanted(
            self.centre.code,
            given["lang"],
            0 if given["suppress"] < 2 else given["suppress"],
            Purpose(given["purpose"]) if given["purpose"] else None,
            given["first"],
            given["last"],
            given["as_of"],
        )
