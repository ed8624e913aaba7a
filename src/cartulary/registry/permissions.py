# SPDX-License-Identifier: Apache-2.0
"""Who may: the truth table of permissions by role. What is not in it nobody may."""

from __future__ import annotations

from cartulary.course.choice import Choice
from cartulary.registry.roles import Role


class Permission(Choice):
    """One thing that somebody may do at a centre."""

    SEE_CHILDREN = "see_children", "see children and their courses", "kinderen en hun beloop zien"
    WRITE_EVENTS = "write_events", "write events of a course", "gebeurtenissen vastleggen"
    WRITE_TOXICITY = "write_toxicity", "write findings by day", "bevindingen per dag vastleggen"
    WRITE_PRODUCT = "write_product", "write product and custody", "product en overdracht vastleggen"
    ASSIGN_IDENTIFIERS = (
        "assign_identifiers",
        "assign the identifiers of cells",
        "nummers van cellen toekennen",
    )
    SIGN_BEDSIDE = "sign_bedside", "sign at the bedside", "aan het bed aftekenen"
    REQUEST_RELEASE = (
        "request_release",
        "ask for a release out of specification",
        "vrijgave buiten specificatie aanvragen",
    )
    AMEND = "amend", "amend an event", "een gebeurtenis verbeteren"
    WITHDRAW = "withdraw", "withdraw an event", "een gebeurtenis intrekken"
    SEE_IDENTITY = "see_identity", "see who a child is", "zien wie een kind is"
    WRITE_IDENTITY = "write_identity", "write who a child is", "vastleggen wie een kind is"
    ERASE_IDENTITY = "erase_identity", "erase who a child is", "wissen wie een kind is"
    ASK_QUERY = "ask_query", "ask a query", "een vraag stellen"
    ANSWER_QUERY = "answer_query", "answer a query", "een vraag beantwoorden"
    CLOSE_QUERY = "close_query", "close or reopen a query", "een vraag sluiten of heropenen"
    VERIFY_SOURCE = "verify_source", "verify against the source", "toetsen aan de bron"
    SEE_EVIDENCE = "see_evidence", "see outcomes of the centre", "uitkomsten van het centrum zien"
    SEE_CHILDREN_BEHIND = (
        "see_children_behind",
        "see the children behind a figure",
        "de kinderen achter een cijfer zien",
    )
    EXPORT_REPORT = "export_report", "export reports and tables", "verslagen en tabellen uitvoeren"
    IMPORT_TABLES = "import_tables", "import tables", "tabellen invoeren"
    UNDO_IMPORT = "undo_import", "undo an import", "een invoer terugdraaien"
    SEE_AUDIT = "see_audit", "see who wrote what", "zien wie wat schreef"
    SEE_READINGS = "see_readings", "see who read what", "zien wie wat las"
    VERIFY_LEDGER = "verify_ledger", "verify the ledger", "het grootboek narekenen"
    ADMINISTER = "administer", "manage accounts and roles", "accounts en rollen beheren"
    USE_API_READ = "use_api_read", "read by the API", "lezen via de API"
    USE_API_WRITE = "use_api_write", "write by the API", "schrijven via de API"
    OVERRIDE_GRADE = "override_grade", "override a computed grade", "een berekende graad wijzigen"
    APPROVE_RELEASE = (
        "approve_release",
        "approve a release out of specification",
        "vrijgave buiten specificatie goedkeuren",
    )
    SEE_LOOK_AHEAD = (
        "see_look_ahead",
        "see comparisons of simulated policies",
        "vergelijkingen van gesimuleerd beleid zien",
    )
    RUN_LOOK_AHEAD = (
        "run_look_ahead",
        "have a comparison of policies computed",
        "een vergelijking van beleid laten berekenen",
    )
    SEE_FORECAST = (
        "see_forecast",
        "see the forecast of a child",
        "de voorspelling van een kind zien",
    )
    BUILD_FORECASTS = (
        "build_forecasts",
        "build the library of forecasts",
        "de bibliotheek van voorspellingen bouwen",
    )


_DATA = Role.DATA_MANAGER
_CLIN = Role.CLINICIAN
_LAB = Role.LABORATORY
_DIR = Role.DIRECTOR
_AUD = Role.AUDITOR
_ADM = Role.ADMINISTRATOR

# The truth table: one row a permission. A reviewer reads this and nothing else.
MAY: dict[Permission, frozenset[Role]] = {
    Permission.SEE_CHILDREN: frozenset({_DATA, _CLIN, _LAB, _DIR, _AUD}),
    Permission.WRITE_EVENTS: frozenset({_DATA, _CLIN}),
    Permission.WRITE_TOXICITY: frozenset({_DATA, _CLIN}),
    Permission.WRITE_PRODUCT: frozenset({_LAB}),
    Permission.ASSIGN_IDENTIFIERS: frozenset({_CLIN, _LAB}),
    Permission.SIGN_BEDSIDE: frozenset({_CLIN}),
    Permission.REQUEST_RELEASE: frozenset({_CLIN}),
    Permission.AMEND: frozenset({_DATA, _CLIN, _LAB}),
    Permission.WITHDRAW: frozenset({_DATA, _CLIN, _LAB}),
    Permission.SEE_IDENTITY: frozenset({_DATA, _CLIN}),
    Permission.WRITE_IDENTITY: frozenset({_DATA}),
    Permission.ERASE_IDENTITY: frozenset({_DATA}),
    Permission.ASK_QUERY: frozenset({_DATA, _CLIN, _LAB, _DIR, _AUD}),
    Permission.ANSWER_QUERY: frozenset({_DATA, _CLIN, _LAB}),
    Permission.CLOSE_QUERY: frozenset({_DATA}),
    Permission.VERIFY_SOURCE: frozenset({_DATA, _AUD}),
    Permission.SEE_EVIDENCE: frozenset({_DATA, _CLIN, _DIR, _AUD}),
    Permission.SEE_CHILDREN_BEHIND: frozenset({_DATA, _CLIN, _DIR}),
    Permission.EXPORT_REPORT: frozenset({_DATA, _DIR}),
    Permission.IMPORT_TABLES: frozenset({_DATA}),
    Permission.UNDO_IMPORT: frozenset({_DATA}),
    Permission.SEE_AUDIT: frozenset({_DATA, _DIR, _AUD}),
    Permission.SEE_READINGS: frozenset({_DIR, _AUD}),
    Permission.VERIFY_LEDGER: frozenset({_DATA, _DIR, _AUD, _ADM}),
    Permission.ADMINISTER: frozenset({_ADM}),
    Permission.USE_API_READ: frozenset({_DATA, _CLIN, _DIR}),
    Permission.USE_API_WRITE: frozenset({_DATA, _LAB}),
    Permission.OVERRIDE_GRADE: frozenset({_CLIN}),
    Permission.APPROVE_RELEASE: frozenset({_DIR}),
    Permission.SEE_LOOK_AHEAD: frozenset({_DATA, _CLIN, _DIR}),
    Permission.RUN_LOOK_AHEAD: frozenset({_DATA, _DIR}),
    Permission.SEE_FORECAST: frozenset({_CLIN, _DIR}),
    Permission.BUILD_FORECASTS: frozenset({_DATA, _ADM}),
}

# What a role carries only for somebody who was given this other role too, person by person.
TOGETHER_WITH: dict[Permission, Role] = {Permission.SEE_FORECAST: Role.FORECASTS}


def may(roles: frozenset[Role], permission: Permission) -> bool:
    """True when one of the roles carries the permission, with the role it needs beside it.

    >>> may(frozenset({Role.AUDITOR}), Permission.SEE_AUDIT)
    True
    >>> may(frozenset({Role.AUDITOR}), Permission.AMEND)
    False
    >>> may(frozenset({Role.CLINICIAN}), Permission.SEE_FORECAST)
    False
    >>> may(frozenset({Role.CLINICIAN, Role.FORECASTS}), Permission.SEE_FORECAST)
    True
    """
    beside = TOGETHER_WITH.get(permission)
    if beside is not None and beside not in roles:
        return False
    return bool(roles & MAY.get(permission, frozenset()))
