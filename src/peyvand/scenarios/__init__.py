"""What if?  Union files, their provisions, and what they change in a World."""

from peyvand.scenarios.cautions import Caution, Listed
from peyvand.scenarios.effect import Effect, day_of
from peyvand.scenarios.estimates import Estimate, estimates
from peyvand.scenarios.explain import explain, explain_caution
from peyvand.scenarios.files import open_scenario, parse_scenario, provision_from, read_scenario, shipped
from peyvand.scenarios.in_force import Agreement, Facts
from peyvand.scenarios.provisions import (
    AgreementEffect,
    BorderCost,
    NewLink,
    RulesOfOrigin,
    Scholars,
    SensitiveList,
    Students,
    Tariff,
    TariffException,
    Transit,
    Visa,
)
from peyvand.scenarios.union import Union

__all__ = [
    "Agreement",
    "AgreementEffect",
    "BorderCost",
    "Caution",
    "Effect",
    "Estimate",
    "Facts",
    "Listed",
    "NewLink",
    "RulesOfOrigin",
    "Scholars",
    "SensitiveList",
    "Students",
    "Tariff",
    "TariffException",
    "Transit",
    "Union",
    "Visa",
    "day_of",
    "estimates",
    "explain",
    "explain_caution",
    "open_scenario",
    "parse_scenario",
    "provision_from",
    "read_scenario",
    "shipped",
]
