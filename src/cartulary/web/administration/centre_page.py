# SPDX-License-Identifier: Apache-2.0
"""The settings of the centre that its administrator decides."""

from __future__ import annotations

import logging

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cartulary.registry.permissions import Permission
from cartulary.web.access import SeatedRequest, page, proven_anew
from cartulary.web.administration.forms import CentreForm

log = logging.getLogger("cartulary.security")


@page(Permission.ADMINISTER, methods=("GET", "POST"))
@proven_anew
def centre(request: SeatedRequest) -> HttpResponse:
    """Name of the programme, language of reports, and the limit for small counts."""
    place = request.seat.centre
    if request.method != "POST":
        return render(request, "administration/centre.html", {"form": CentreForm(instance=place)})
    form = CentreForm(request.POST, instance=place)
    if not form.is_valid():
        return render(request, "administration/centre.html", {"form": form}, status=422)
    form.save()
    log.info(
        "settings of %s changed by %s: %s",
        *(place.code, request.seat.account.get_username(), ", ".join(form.changed_data) or "none"),
    )
    messages.info(request, _("Saved. Reports and evidence follow from now on."))
    return redirect("administration:centre")
