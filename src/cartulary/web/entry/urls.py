# SPDX-License-Identifier: Apache-2.0
"""Where a child is registered and its events are written, changed and looked up.

An event may bear any name, so its address is sealed; and it is matched last.
"""

from __future__ import annotations

from django.urls import path, register_converter

from cartulary.web.entry import (
    child_page,
    choose_page,
    event_page,
    form_page,
    identity_page,
    register_page,
)
from cartulary.web.event_address import EventConverter

register_converter(EventConverter, "event")

_CHILD = "<uuid:key>/"
_NEW = f"{_CHILD}events/new/<slug:kind>/"
_EVENT = f"{_CHILD}events/<event:event>/"

urlpatterns = [
    path("new/", register_page.register_child, name="register"),
    path("new/read/<slug:field>/", register_page.read_back, name="register_read"),
    path("new/draft/", register_page.keep_draft, name="register_draft"),
    path(f"{_CHILD}identity/", identity_page.identity, name="identity"),
    path(f"{_CHILD}identity/erase/", identity_page.erase_identity, name="erase_identity"),
    path(f"{_CHILD}itself/", child_page.amend_child, name="amend_child"),
    path(f"{_CHILD}itself/read/<slug:field>/", child_page.read_back, name="read_child"),
    path(f"{_CHILD}itself/draft/", child_page.keep_draft, name="draft_child"),
    path(f"{_CHILD}events/", event_page.events, name="events"),
    path(f"{_CHILD}events/new/", choose_page.choose, name="choose"),
    path(_NEW, form_page.new_event, name="new"),
    path(f"{_NEW}read/<slug:field>/", form_page.read_back_new, name="read_new"),
    path(f"{_NEW}draft/", form_page.draft_new, name="draft_new"),
    path(f"{_EVENT}amend/", form_page.amend_event, name="amend"),
    path(f"{_EVENT}withdraw/", event_page.withdraw_event, name="withdraw"),
    path(f"{_EVENT}read/<slug:field>/", form_page.read_back_event, name="read_event"),
    path(f"{_EVENT}draft/", form_page.draft_event, name="draft_event"),
    path(_EVENT, event_page.event_detail, name="event"),
]
