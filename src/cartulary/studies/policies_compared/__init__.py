# SPDX-License-Identifier: Apache-2.0
"""Policies held against each other on the same virtual children, with two uncertainties apart."""

from cartulary.studies.policies_compared.arm import Arm as Arm
from cartulary.studies.policies_compared.compare import compare as compare
from cartulary.studies.policies_compared.compared import About as About
from cartulary.studies.policies_compared.compared import ArmTold as ArmTold
from cartulary.studies.policies_compared.compared import Compared as Compared
from cartulary.studies.policies_compared.compared import Curve as Curve
from cartulary.studies.policies_compared.compared import Difference as Difference
from cartulary.studies.policies_compared.compared import Interval as Interval
from cartulary.studies.policies_compared.compared import Value as Value
from cartulary.studies.policies_compared.compared_json import from_json as from_json
from cartulary.studies.policies_compared.compared_json import to_json as to_json
from cartulary.studies.policies_compared.drivers import Driver as Driver
from cartulary.studies.policies_compared.drivers import Drivers as Drivers
from cartulary.studies.policies_compared.outcome import Better as Better
from cartulary.studies.policies_compared.outcome import Of as Of
from cartulary.studies.policies_compared.outcome import Outcome as Outcome
from cartulary.studies.policies_compared.outcome import Unit as Unit
from cartulary.studies.policies_compared.outcome import outcomes as outcomes
