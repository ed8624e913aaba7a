# SPDX-License-Identifier: Apache-2.0
"""Why there is no figure of what was chosen, in words, and what to do."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext, ngettext


def refusal_of(page: dict[str, Any]) -> str:
    """Why there is no figure, and what to do."""
    kind = page.get("refusal", "")
    if kind == "too_few":
        limit = {"least": page["least"], "n": page.get("children")}
        if page.get("children") is None:
            return (
                gettext(
                    "Fewer than %(least)s children are chosen. Of so few nothing is reckoned: one "
                    "child would decide every figure. Leave a word of the sentence at “any”."
                )
                % limit
            )
        return (
            ngettext(
                "%(n)s child is chosen, and a part of the programme is reckoned from %(least)s on: "
                "of fewer, one child would decide every figure. Leave a word of the sentence at "
                "“any”.",
                "%(n)s children are chosen, and a part of the programme is reckoned from "
                "%(least)s on: of fewer, one child would decide every figure. Leave a word of "
                "the sentence at “any”.",
                page["children"],
            )
            % limit
        )
    words = {
        "rest_too_small": gettext(
            "So few children are left out by this choice that they could be reckoned back from "
            "the whole. The centre withholds such counts. Choose otherwise."
        ),
        "foreseeing": gettext(
            "Product, site, burden and bridging are settled only after this clock starts: a child "
            "must live long enough to be in such a group, so the groups would differ by that "
            "alone. Count from the infusion, or choose by something else."
        ),
        "no_curve": gettext(
            "There is no curve of this definition: the programme does not report it, or nobody "
            "can be counted. Choose another definition."
        ),
        "errors": gettext(
            "Every course has an error. Nothing can be reckoned. Look at the findings on the home "
            "page and mend them first."
        ),
        "no_consent": gettext(
            "No child has consent for this purpose today. Nothing is reckoned. Record the consents "
            "first, or choose another purpose."
        ),
        "nobody": gettext(
            "No child has been registered yet. There is nothing to reckon. Register the first "
            "child."
        ),
    }
    return words.get(kind, "")
