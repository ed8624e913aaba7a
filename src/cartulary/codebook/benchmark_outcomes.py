# SPDX-License-Identifier: Apache-2.0
"""The outcomes a benchmark file may hold, in English and Dutch.

To add an outcome, add one line. One name an outcome: a second spelling of the same thing would
never be set beside the first.
"""

from __future__ import annotations

from typing import Final

from cartulary.codebook.words import vocabulary

#: Outcomes of one kind, whatever their definition: the `key` of an estimate.
OUTCOMES: Final = vocabulary(
    {
        # survival and remission
        "os": ("overall survival", "overleving"),
        "efs": ("event-free survival", "eventvrije overleving"),
        "rfs": ("relapse-free survival", "recidiefvrije overleving"),
        "dor": ("duration of remission", "duur van de remissie"),
        "dfs": ("disease-free survival", "ziektevrije overleving"),
        "lfs": ("leukaemia-free survival", "leukemievrije overleving"),
        "pfs": ("progression-free survival", "progressievrije overleving"),
        "cir": ("cumulative incidence of relapse", "cumulatieve incidentie van recidief"),
        "mortality": ("deaths", "overlijden"),
        "mortality_leukaemia": ("deaths from leukaemia", "overlijden door leukemie"),
        "mortality_adverse_event": (
            "deaths from an adverse event",
            "overlijden door een bijwerking",
        ),
        "mortality_procedure": (
            "deaths due to the treatment",
            "overlijden door de behandeling",
        ),
        # response
        "response": ("remission (CR or CRi)", "remissie (CR of CRi)"),
        "cr": ("complete remission (CR)", "complete remissie (CR)"),
        "cri": (
            "remission with incomplete recovery of counts (CRi)",
            "remissie met onvolledig bloedherstel (CRi)",
        ),
        "non_response": ("no remission", "geen remissie"),
        "ongoing_remission": ("still in remission", "nog in remissie"),
        "mrd_negative": ("MRD-negative", "MRD-negatief"),
        "mrd_failure": ("residual disease or relapse", "restziekte of recidief"),
        # relapse
        "relapse": ("relapse", "recidief"),
        "relapse_early": ("early relapse", "vroeg recidief"),
        "relapse_cd19_negative": ("CD19-negative relapse", "CD19-negatief recidief"),
        "relapse_cd19_mixed": (
            "CD19-negative relapse with CD19-positive blasts beside it",
            "CD19-negatief recidief met daarnaast CD19-positieve blasten",
        ),
        "relapse_cd19_positive": ("CD19-positive relapse", "CD19-positief recidief"),
        "relapse_lineage_switch": ("relapse with lineage switch", "recidief met lineage switch"),
        "relapse_unknown": ("relapse, CD19 status unknown", "recidief, CD19-status onbekend"),
        "relapse_or_aplasia_loss": (
            "relapse or loss of B-cell aplasia",
            "recidief of verlies van B-celaplasie",
        ),
        "cd19_dim_before": (
            "CD19 dim or partly negative before infusion",
            "CD19 zwak of deels negatief voor infusie",
        ),
        # B cells and the CAR-T cells themselves
        "b_cell_aplasia": ("B-cell aplasia", "B-celaplasie"),
        "b_cell_aplasia_loss": ("loss of B-cell aplasia", "verlies van B-celaplasie"),
        "b_cell_recovery_early": ("early return of B cells", "vroege terugkeer van B-cellen"),
        "persistence": ("persistence of the transgene", "persistentie van het transgen"),
        "expansion_peak": ("peak expansion (Cmax)", "piekexpansie (Cmax)"),
        "expansion_peak_day": ("day of the peak (Tmax)", "dag van de piek (Tmax)"),
        "expansion_area": (
            "exposure over the first 28 days (AUC0-28)",
            "blootstelling over de eerste 28 dagen (AUC0-28)",
        ),
        "half_life": ("half-life", "halfwaardetijd"),
        "expansion_peak_cv": (
            "spread of the peak between patients",
            "spreiding van de piek tussen patiënten",
        ),
        "expansion_area_cv": (
            "spread of the exposure between patients",
            "spreiding van de blootstelling tussen patiënten",
        ),
        "expansion_peak_day_spread": (
            "spread of the day of the peak between patients",
            "spreiding van de dag van de piek tussen patiënten",
        ),
        "expansion_decline": (
            "decline soon after the peak",
            "daling kort na de piek",
        ),
        "expansion_decline_spread": (
            "spread of that decline between patients",
            "spreiding van die daling tussen patiënten",
        ),
        # toxicity
        "crs_any": ("CRS, any grade", "CRS, elke graad"),
        "crs_none": ("no CRS", "geen CRS"),
        "crs_grade_1_2": ("CRS grade 1-2", "CRS graad 1-2"),
        "crs_grade_3": ("CRS grade 3", "CRS graad 3"),
        "crs_grade_4": ("CRS grade 4", "CRS graad 4"),
        "crs_grade_3_4": ("CRS grade 3 or higher", "CRS graad 3 of hoger"),
        "crs_grade_5": ("CRS grade 5", "CRS graad 5"),
        "crs_life_threatening": ("life-threatening CRS", "levensbedreigend CRS"),
        "crs_not_reported": ("CRS not reported", "CRS niet opgegeven"),
        "crs_onset": ("onset of CRS", "begin van CRS"),
        "crs_onset_to_grade_4": (
            "from onset of CRS to grade 4",
            "van begin van CRS tot graad 4",
        ),
        "crs_duration": ("duration of CRS", "duur van CRS"),
        "crs_duration_grade_3_4": (
            "duration of CRS grade 3-4",
            "duur van CRS graad 3-4",
        ),
        "crs_resolved": ("CRS resolved", "CRS hersteld"),
        "crs_fever": ("fever during CRS", "koorts tijdens CRS"),
        "crs_fever_duration": ("duration of fever in CRS", "duur van de koorts bij CRS"),
        "neurotoxicity": (
            "neurological events, grade not stated",
            "neurologische bijwerkingen, graad niet vermeld",
        ),
        "neurotoxicity_any": (
            "neurological events, any grade",
            "neurologische bijwerkingen, elke graad",
        ),
        "neurotoxicity_grade_3": (
            "neurological events, grade 3",
            "neurologische bijwerkingen, graad 3",
        ),
        "neurotoxicity_grade_4": (
            "neurological events, grade 4",
            "neurologische bijwerkingen, graad 4",
        ),
        "neurotoxicity_grade_3_4": (
            "neurological events, grade 3 or higher",
            "neurologische bijwerkingen, graad 3 of hoger",
        ),
        "neurotoxicity_onset": (
            "onset of neurological events",
            "begin van neurologische bijwerkingen",
        ),
        "neurotoxicity_duration": (
            "duration of neurological events",
            "duur van neurologische bijwerkingen",
        ),
        "neurotoxicity_resolved": (
            "neurological events resolved",
            "neurologische bijwerkingen hersteld",
        ),
        "cerebral_oedema": ("cerebral oedema", "hersenoedeem"),
        "icans_any": ("ICANS, any grade", "ICANS, elke graad"),
        "icans_none": ("no ICANS", "geen ICANS"),
        "icans_grade_1_2": ("ICANS grade 1-2", "ICANS graad 1-2"),
        "icans_grade_3_4": ("ICANS grade 3 or higher", "ICANS graad 3 of hoger"),
        "icans_not_reported": ("ICANS not reported", "ICANS niet opgegeven"),
        "icans_onset": ("onset of ICANS", "begin van ICANS"),
        "febrile_neutropenia": ("febrile neutropenia", "febriele neutropenie"),
        "neutropenia_day28": (
            "neutropenia beyond day 28",
            "neutropenie na dag 28",
        ),
        "neutrophil_recovery": ("time to neutrophil recovery", "tijd tot neutrofielenherstel"),
        "cytopenia_day28": (
            "cytopenia not resolved by day 28, any grade",
            "cytopenie niet hersteld op dag 28, elke graad",
        ),
        "cytopenia_day28_grade_3": (
            "cytopenia not resolved by day 28, grade 3",
            "cytopenie niet hersteld op dag 28, graad 3",
        ),
        "cytopenia_day28_grade_4": (
            "cytopenia not resolved by day 28, grade 4",
            "cytopenie niet hersteld op dag 28, graad 4",
        ),
        "cytopenia_day28_grade_3_4": (
            "cytopenia not resolved by day 28, grade 3-4",
            "cytopenie niet hersteld op dag 28, graad 3-4",
        ),
        "infection": ("infection, any grade", "infectie, elke graad"),
        "infection_grade_3": ("infection, grade 3", "infectie, graad 3"),
        "infection_grade_4": ("infection, grade 4", "infectie, graad 4"),
        "viral_reactivation": ("viral reactivation", "virale reactivatie"),
        "hypogammaglobulinaemia": ("hypogammaglobulinaemia", "hypogammaglobulinemie"),
        "tumour_lysis": ("tumour lysis syndrome", "tumorlysissyndroom"),
        "skin_event": ("skin events", "huidafwijkingen"),
        "adverse_event_grade_3_4": (
            "any adverse event of grade 3-4",
            "enige bijwerking van graad 3-4",
        ),
        "adverse_event_grade_3_4_related": (
            "adverse event of grade 3-4, thought related",
            "bijwerking van graad 3-4, vermoedelijk door de behandeling",
        ),
        # care of toxicity
        "tocilizumab": ("tocilizumab given", "tocilizumab gegeven"),
        "tocilizumab_one_dose": ("one dose of tocilizumab", "één dosis tocilizumab"),
        "tocilizumab_two_doses": ("two doses of tocilizumab", "twee doses tocilizumab"),
        "tocilizumab_three_doses": ("three doses of tocilizumab", "drie doses tocilizumab"),
        "anticytokine": ("any anti-cytokine drug", "enig anticytokinemiddel"),
        "steroids": ("corticosteroids given", "corticosteroïden gegeven"),
        "siltuximab": ("siltuximab given", "siltuximab gegeven"),
        "immunoglobulins": ("immunoglobulins given", "immunoglobulinen gegeven"),
        "icu": ("intensive care", "intensive care"),
        "icu_onset": ("days to intensive care", "dagen tot intensive care"),
        "icu_stay": ("stay in intensive care", "verblijf op de intensive care"),
        "hypotension_treated": ("hypotension treated", "behandelde hypotensie"),
        "pressor_high_dose": ("high-dose vasopressor", "hooggedoseerde vasopressor"),
        "oxygen": ("oxygen", "zuurstof"),
        "ventilation": ("mechanical ventilation", "beademing"),
        "ventilation_duration": ("duration of ventilation", "duur van de beademing"),
        "dialysis": ("dialysis", "dialyse"),
        "dialysis_duration": ("duration of dialysis", "duur van de dialyse"),
        # pathway and product
        "screened": ("screened", "gescreend"),
        "enrolled": ("enrolled", "geïncludeerd"),
        "approved": ("approved for treatment", "goedgekeurd voor behandeling"),
        "apheresis": ("apheresis", "aferese"),
        "apheresis_days": ("days of apheresis", "aferesedagen"),
        "not_apheresed": ("no apheresis", "geen aferese"),
        "infused": ("infused", "geïnfundeerd"),
        "infused_twice": ("infused twice", "tweemaal geïnfundeerd"),
        "not_infused": ("not infused", "niet geïnfundeerd"),
        "not_infused_death": ("not infused: died", "niet geïnfundeerd: overleden"),
        "not_infused_adverse_event": (
            "not infused: adverse event",
            "niet geïnfundeerd: complicatie",
        ),
        "not_infused_death_or_adverse_event": (
            "not infused: died or adverse event",
            "niet geïnfundeerd: overleden of complicatie",
        ),
        "made_not_infused": (
            "product made, not given",
            "product gemaakt, niet gegeven",
        ),
        "manufacturing_failure": ("manufacturing failure", "mislukte productie"),
        "manufacturing_success": ("product made", "product gemaakt"),
        "manufacturing_days": ("days of manufacture", "productiedagen"),
        "enrolment_to_infusion": ("from enrolment to infusion", "van inclusie tot infusie"),
        "screening_to_infusion": ("from screening to infusion", "van screening tot infusie"),
        "lymphodepletion_to_infusion": (
            "from start of lymphodepletion to infusion",
            "van start lymfodepletie tot infusie",
        ),
        "collected_cd3": ("CD3+ cells collected", "verzamelde CD3+-cellen"),
        "collected_tnc": ("nucleated cells collected", "verzamelde kernhoudende cellen"),
        "transduction": ("transduction efficiency", "transductie-efficiëntie"),
        "dose_per_kg": ("dose per kg", "dosis per kg"),
        "dose_total": ("total dose", "totale dosis"),
        "bridging": ("bridging", "overbrugging (bridging)"),
        "lymphodepletion": ("lymphodepletion", "lymfodepletie"),
        "lymphodepletion_fludarabine_cyclophosphamide": (
            "lymphodepletion with fludarabine and cyclophosphamide",
            "lymfodepletie met fludarabine en cyclofosfamide",
        ),
        "lymphodepletion_cytarabine_etoposide": (
            "lymphodepletion with cytarabine and etoposide",
            "lymfodepletie met cytarabine en etoposide",
        ),
        # who they were
        "age": ("age", "leeftijd"),
        "prior_lines": ("earlier lines of treatment", "eerdere behandellijnen"),
        "prior_transplant": ("earlier transplant", "eerdere transplantatie"),
        "prior_blinatumomab": ("earlier blinatumomab", "eerder blinatumomab"),
        "marrow_blasts": ("blasts in the marrow", "blasten in het beenmerg"),
        "kmt2a_rearranged": ("KMT2A rearranged", "KMT2A-herschikking"),
        "first_relapse": ("treated in first relapse", "behandeld in eerste recidief"),
        "high_burden": ("high disease burden", "hoge ziektelast"),
        # after CAR-T
        "transplant": ("transplant after CAR-T", "transplantatie na CAR-T"),
        "transplant_in_remission": (
            "transplant in remission",
            "transplantatie in remissie",
        ),
        "transplant_relapse": ("transplant for relapse", "transplantatie wegens recidief"),
        "transplant_consolidation": (
            "transplant as consolidation",
            "transplantatie als consolidatie",
        ),
        "transplant_mortality": (
            "treatment-related mortality of transplant",
            "transplantatiegerelateerde sterfte",
        ),
        "new_therapy_in_remission": (
            "other new treatment in remission",
            "andere nieuwe behandeling in remissie",
        ),
        "reinfusion": ("second infusion", "tweede infusie"),
    }
)
