"""What breaks a union?  A move: who moves, from which union to which, and what the movers get by it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from peyvand.locale import Language, number, text
from peyvand.unions.game import Game, Rule, places

Move = Literal["leave", "join", "form", "share", "path", "link", "cut"]
"""`leave` the union, `join` it, `form` another, `share` its gains otherwise; `path`: a step that pays in the end.
`link` and `cut` are of bilateral agreements: the second mover is the partner."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    """A move that breaks a union.

    Parameters
    ----------
    concept : str
        The kind of stability that it breaks.
    rule : str or None
        What the others do after it, where the concept asks.
    move : str
    union, result : int
        The union broken and the one that comes of it (of `share`, `result` is the largest group that does better).
    movers : tuple of int
        Places of those who move.
    gains : tuple of float
        M USD that each mover gets more; of `share`, the one sum that is missing.
    groups : tuple of int
        Of `share`: unions that cannot all be content, by their numbers.
    """

    concept: str
    rule: Rule | None
    move: Move
    union: int
    result: int
    movers: tuple[int, ...]
    gains: tuple[float, ...]
    groups: tuple[int, ...] = ()

    def to_dict(self, game: Game) -> dict[str, Any]:
        """Plain values with names, for JSON."""
        return {
            "concept": self.concept,
            "rule": self.rule,
            "move": self.move,
            "from": list(game.members(self.union)),
            "to": list(game.members(self.result)),
            "movers": [game.players[place] for place in self.movers],
            "gains_musd": [round(gain, 3) for gain in self.gains],
            "groups": [list(game.members(group)) for group in self.groups],
        }


class HasPlayers(Protocol):
    """A game of unions or of networks."""

    @property
    def players(self) -> tuple[str, ...]: ...


def words(
    deviation: Deviation, game: HasPlayers, language: Language = "en", names: Mapping[str, str] | None = None
) -> str:
    """The deviation as one sentence.

    Parameters
    ----------
    names : mapping, optional
        Of the players in this language; their codes otherwise.
    """
    named = names or {}
    if deviation.move in ("cut", "link"):
        return _of_a_pair(deviation, game.players, language, named)

    def listed(places_of: tuple[int, ...]) -> str:
        shown = [named.get(game.players[place], game.players[place]) for place in places_of]
        if not shown:
            return text("unions.nobody", language)
        if len(shown) == 1:
            return shown[0]
        first = text("unions.comma", language).join(shown[:-1])
        return text("unions.last", language, first=first, last=shown[-1])

    gains = [money(gain, language) for gain in deviation.gains]
    each = text("unions.comma", language).join(
        text("unions.deviation.each", language, name=listed((place,)), gain=gain)
        for place, gain in zip(deviation.movers, gains, strict=False)
    )
    values = {
        "movers": listed(deviation.movers),
        "each": each,
        "gain": gains[0] if gains else "",
        "union": listed(places(deviation.union)),
        "result": listed(places(deviation.result)),
        "rest": listed(places(deviation.union & ~sum(1 << place for place in deviation.movers))),
        "groups": text("unions.semicolon", language).join(listed(places(group)) for group in deviation.groups),
    }
    ended = "nothing" if deviation.result & (deviation.result - 1) == 0 else "something"
    aftermath = ""
    if deviation.move == "leave" and deviation.rule is not None:
        aftermath = text(f"unions.deviation.after.{deviation.rule}.{ended}", language, **values)
    one = "one" if len(deviation.movers) == 1 else "some"
    key = f"unions.deviation.{deviation.move}.{one}"
    return text(key, language, **values) + (f" {aftermath}" if aftermath else "")


def _of_a_pair(deviation: Deviation, players: tuple[str, ...], language: Language, names: Mapping[str, str]) -> str:
    """A bilateral agreement signed or ended; the first mover acts, the second is its partner."""
    first, second = (names.get(players[place], players[place]) for place in deviation.movers)
    gains = [money(gain, language) for gain in deviation.gains]
    if deviation.move == "cut":
        return text("unions.deviation.cut.one", language, movers=first, partner=second, gain=gains[0])
    each = text("unions.comma", language).join(
        text("unions.deviation.each", language, name=name, gain=gain)
        for name, gain in zip((first, second), gains, strict=True)
    )
    return text(
        "unions.deviation.link.some",
        language,
        each=each,
        movers=text("unions.last", language, first=first, last=second),
    )


def money(musd: float, language: Language) -> str:
    """M USD in words: millions below a billion, billions above it.

    >>> money(1234.0, "en"), money(0.25, "en")
    ('1.2 billion dollars', '0.25 million dollars')
    """
    size = abs(musd)
    if size >= 999.5:
        return text("unions.money.billion", language, amount=number(musd / 1e3, language, decimals=1))
    decimals = 0 if size >= 10 else 1 if size >= 1 else 2
    return text("unions.money.million", language, amount=number(musd, language, decimals=decimals))
