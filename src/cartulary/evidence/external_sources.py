# SPDX-License-Identifier: Apache-2.0
"""Where the methods for small samples, published curves and external controls are described."""

from __future__ import annotations

AUGMENTED = "Robins JM, Rotnitzky A, Zhao LP. J Am Stat Assoc 1994;89:846-866"
BOOTSTRAP = "Efron B. J Am Stat Assoc 1981;76:312-319"
ENTROPY_BALANCING = "Hainmueller J. Polit Anal 2012;20:25-46"
E_VALUE = "VanderWeele TJ, Ding P. Ann Intern Med 2017;167:268-274"
FIRTH = "Firth D. Biometrika 1993;80:27-38"
GUYOT = "Guyot P, Ades AE, Ouwens MJ, Welton NJ. BMC Med Res Methodol 2012;12:9"
LOCAL_INFORMATION = "Neuenschwander B, Weber S, Schmidli H, O'Hagan A. Biometrics 2020;76:578-587"
MATCHING_ADJUSTED = "Signorovitch JE, et al. Value Health 2012;15:940-947"
MELDED = "Fay MP, Proschan MA, Brittain E. Biometrics 2015;71:146-156"
OVERLAP_WEIGHTS = "Li F, Morgan KL, Zaslavsky AM. J Am Stat Assoc 2018;113:390-400"
POWER_PRIOR = "Ibrahim JG, Chen MH. Stat Sci 2000;15:46-60"
PREDICTIVE_CHECK = "Box GEP. J R Stat Soc A 1980;143:383-430"
PROPENSITY = "Rosenbaum PR, Rubin DB. Biometrika 1983;70:41-55"
PSEUDO_OBSERVATIONS = "Andersen PK, Klein JP, Rosthoj S. Biometrika 2003;90:15-27"
ROBUST_MAP = "Schmidli H, et al. Biometrics 2014;70:1023-1032"
STANDARDISED_COMPARISON = "Remiro-Azocar A, Heath A, Baio G. Res Synth Methods 2022;13:716-744"
SUM_OF_GAMMAS = "Moschopoulos PG. Ann Inst Stat Math 1985;37:541-544"
