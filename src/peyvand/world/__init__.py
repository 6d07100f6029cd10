"""What is the world today?  World, Shock, the accounts and their checks."""

from peyvand.world.accounts import accounts
from peyvand.world.checks import Problem, check, problems
from peyvand.world.shock import Shock
from peyvand.world.world import AGREEMENT_KINDS, STATUSES, World

__all__ = ["AGREEMENT_KINDS", "STATUSES", "Problem", "Shock", "World", "accounts", "check", "problems"]
