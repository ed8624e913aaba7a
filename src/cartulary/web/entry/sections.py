# SPDX-License-Identifier: Apache-2.0
"""How the fields of a form stand together, and the kinds of event in the order of a course."""

from __future__ import annotations

from types import MappingProxyType

from django.utils.translation import gettext_noop

# Forms that fit in one section have no title; each other form names every field once.
SECTIONS: MappingProxyType[str, tuple[tuple[str, tuple[str, ...]], ...]] = MappingProxyType(
    {
        "product": (
            (
                gettext_noop("Which product"),
                (
                    "product_id",
                    "made_for",
                    "apheresis_number",
                    "product",
                    "antigens",
                    "site",
                ),
            ),
            (
                gettext_noop("How far it came"),
                ("status", "started_day", "decided_day", "failure_reason", "approved_by"),
            ),
            (
                gettext_noop("What was made"),
                (
                    "viability_percent",
                    "transduction_percent",
                    "vector_copies_per_cell",
                    "dose_cells",
                ),
            ),
        ),
        "finding": (
            (
                gettext_noop("Fever and circulation"),
                (
                    "temperature_c",
                    "fever_over_1_hour",
                    "fever_other_cause",
                    "anticytokine_given",
                    "hypotension",
                    "fluid_boluses",
                    "vasopressors",
                    "vasopressin",
                    "vasopressor_high_dose",
                ),
            ),
            (
                gettext_noop("Breathing"),
                ("oxygen_support", "oxygen_l_per_min", "airway_protection_only"),
            ),
            (
                gettext_noop("Consciousness and nerves"),
                (
                    "ice_score",
                    "capd_score",
                    "consciousness",
                    "seizure",
                    "motor_deficit",
                    "oedema",
                ),
            ),
            (
                gettext_noop("Organs and admission"),
                (
                    "hospitalised_for_crs",
                    "creatinine_grade",
                    "liver_grade",
                    "coagulopathy_treated",
                    "fatal",
                ),
            ),
            (
                gettext_noop("IEC-HS"),
                (
                    "iec_hs_suspected",
                    "iec_hs_intervention",
                    "iec_hs_severe",
                    "iec_hs_life_threatening",
                ),
            ),
        ),
        "assessment": (
            (gettext_noop("The conclusion"), ("timepoint", "response")),
            (
                gettext_noop("Marrow and residual disease"),
                (
                    "marrow_blasts_percent",
                    "mrd_result",
                    "mrd_percent",
                    "mrd_limit_percent",
                    "mrd_method",
                    "cd19_status",
                ),
            ),
            (
                gettext_noop("Elsewhere, and the B cells"),
                ("cns_status", "extramedullary", "b_cell_aplasia"),
            ),
        ),
    }
)

# Every kind of event, grouped in the order of a course.
GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        gettext_noop("Before the cells"),
        ("diagnosis", "prior_therapy", "indication", "consent"),
    ),
    (gettext_noop("The cells"), ("apheresis", "product", "custody")),
    (gettext_noop("Towards the infusion"), ("bridging", "lymphodepletion", "infusion")),
    (
        gettext_noop("After the infusion"),
        ("finding", "measurement", "toxicity", "treatment", "infection"),
    ),
    (
        gettext_noop("The leukaemia"),
        ("assessment", "relapse", "transplant", "new_therapy"),
    ),
    (gettext_noop("How it ended"), ("second_malignancy", "death", "last_contact")),
)
