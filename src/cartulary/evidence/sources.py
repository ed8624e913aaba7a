# SPDX-License-Identifier: Apache-2.0
"""Where each method is described, so that a figure can cite itself."""

from __future__ import annotations

AALEN_JOHANSEN = "Aalen OO, Johansen S. Scand J Stat 1978;5:141-150"
BETA_PRODUCT = "Fay MP, Brittain EH, Proschan MA. Biostatistics 2013;14:723-736"
BROOKMEYER_CROWLEY = "Brookmeyer R, Crowley J. Biometrics 1982;38:29-41"
CLOPPER_PEARSON = "Clopper CJ, Pearson ES. Biometrika 1934;26:404-413"
FLEMING_HARRINGTON = "Harrington DP, Fleming TR. Biometrika 1982;69:553-566"
GARWOOD = "Garwood F. Biometrika 1936;28:437-442"
GRAY = "Gray RJ. Ann Stat 1988;16:1141-1154"
JEFFREYS = "Brown LD, Cai TT, DasGupta A. Stat Sci 2001;16:101-133"
KAPLAN_MEIER = "Kaplan EL, Meier P. J Am Stat Assoc 1958;53:457-481"
KLEIN_MOESCHBERGER = "Klein JP, Moeschberger ML. Survival Analysis, 2nd ed. Springer 2003"
LOG_RANK = "Mantel N. Cancer Chemother Rep 1966;50:163-170"
MOVER = "Zou GY, Donner A. Stat Med 2008;27:1693-1702"
NEWCOMBE = "Newcombe RG. Stat Med 1998;17:873-890"
ONE_SAMPLE_LOG_RANK = "Breslow NE. Int Stat Rev 1975;43:45-57"
RAO_SCOTT = "Rao JNK, Scott AJ. Biometrics 1992;48:577-585"
REVERSE_KAPLAN_MEIER = "Schemper M, Smith TL. Control Clin Trials 1996;17:343-346"
RULE_OF_THREE = "Hanley JA, Lippman-Hand A. JAMA 1983;249:1743-1745"
WILSON = "Wilson EB. J Am Stat Assoc 1927;22:209-212"
