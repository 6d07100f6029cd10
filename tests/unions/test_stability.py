"""Stability: laws against an independent checker by definition, tiny games by hand, edges and refusals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from tests.unions.checker import Slow
from tests.unions.games import cartel, game_of, games

from peyvand.errors import ModelError
from peyvand.locale import LANGUAGES
from peyvand.unions import CONCEPTS, Game, stability
from peyvand.unions.core import core_sharing, reachable
from peyvand.unions.deviations import words
from peyvand.unions.game import RULES, places, settled

some = settings(max_examples=40, deadline=None)
rules = st.sampled_from(RULES)


def members(game, number):
    return frozenset(game.members(int(number)))


# -- laws: every answer against the definition -----------------------------------------------------------------------
@some
@given(game=games(), rule=rules)
def test_single_moves_are_those_of_the_definition(game, rule):
    slow = Slow.of(game)
    inner = stability(game, "internal", rule=rule)
    open_, exclusive = (stability(game, f"external_{kind}") for kind in ("open", "exclusive"))
    both = stability(game, "individual", rule=rule)
    for number in np.flatnonzero(game.is_union):
        union = members(game, number)
        assert members(game, settled(game, rule)[number]) == slow.settle(union, rule)
        assert inner.stable[number] == slow.internal(union, rule)
        assert open_.stable[number] == slow.external(union, exclusive=False)
        assert exclusive.stable[number] == slow.external(union, exclusive=True)
        assert both.stable[number] == (inner.stable[number] and exclusive.stable[number])


@some
@given(game=games(), rule=rules)
def test_the_core_is_that_of_the_definition(game, rule):
    slow = Slow.of(game)
    plain, shared = stability(game, "core", rule=rule), stability(game, "core_with_transfers", rule=rule)
    for number in np.flatnonzero(game.is_union):
        union = members(game, number)
        assert plain.stable[number] == slow.core(union, rule)
        assert shared.stable[number] == slow.core_with_transfers(union, rule)


@settings(max_examples=40, deadline=None)
@given(game=games())
def test_farsighted_unions_are_the_largest_consistent_set(game):
    kept = Slow.of(game).farsighted()
    found = stability(game, "farsighted")
    assert {members(game, number) for number in found.numbers} == {union for union in kept if len(union) >= 2}


@some
@given(game=games(), rule=rules, concept=st.sampled_from(CONCEPTS))
def test_every_deviation_is_one(game, rule, concept):
    """Movers gain more than their threshold by a move that they can make; the words can be said in both languages."""
    slow, held = Slow.of(game), stability(game, concept, rule=rule)
    for number in np.flatnonzero(held.asked):
        deviation = held.deviation(int(number))
        assert (deviation is None) == held.stable[number]
        if deviation is None:
            continue
        for language in LANGUAGES:
            assert words(deviation, game, language)
        union, result = members(game, number), members(game, deviation.result)
        movers = [game.players[place] for place in deviation.movers]
        if deviation.move in ("leave", "join", "form"):
            assert all(slow.better(player, result, union) for player in movers)
            for player, gain in zip(movers, deviation.gains, strict=True):
                assert_allclose(gain, slow.payoff[result][player] - slow.payoff[union][player])
        if deviation.move == "join":
            assert result == union | set(movers)
        if deviation.concept == "core":
            assert (frozenset(movers), result) in set(slow.moves(union, rule))
        if deviation.move == "share":
            assert deviation.gains[0] > 0
            assert deviation.groups


@some
@given(game=games(), rule=rules)
def test_a_core_sharing_leaves_nobody_a_reason(game, rule):
    for number in np.flatnonzero(game.is_union):
        transfers = core_sharing(game, int(number), rule=rule)
        if transfers is None:
            continue
        assert_allclose(transfers.sum(), 0, atol=1e-6)
        after = game.payoff[number] + transfers
        target = reachable(game, int(number), rule)
        for group in np.flatnonzero(target >= 0):
            inside = list(places(int(group)))
            gets = (game.payoff[target[group], inside] - game.threshold[inside]).sum()
            assert gets <= after[inside].sum() + 1e-6


# -- by hand ---------------------------------------------------------------------------------------------------------
def test_the_cartel_of_three():
    """Staying out of the union of two pays most: pairs are stable, the union of all is not; it would take 6 more.

    Each could have 5 outside of the union of all, which has 9 to share: 15 − 9 = 6 are missing, 2 for each.
    """
    game = cartel()
    pairs, whole = {0b011, 0b101, 0b110}, 0b111
    for concept in ("internal", "external_open", "external_exclusive", "individual", "core"):
        held = set(stability(game, concept).numbers.tolist())
        assert pairs <= held
        assert (whole in held) == concept.startswith("external")
    deviation = stability(game, "internal").deviation(whole)
    assert deviation.move == "leave"
    assert deviation.gains == (2.0,)
    assert stability(game, "internal", rule="dissolve").stable[whole]
    shared = stability(game, "core_with_transfers")
    assert_allclose(shared.deviation(whole).gains, 2.0)
    assert stability(game, "core_with_transfers", rule="dissolve").stable[whole]


def test_the_farsighted_cartel():
    """Who leaves the union of all must fear that the next leaves too, and to end in a pair: all four unions hold."""
    assert set(stability(cartel(), "farsighted").numbers.tolist()) == {0b011, 0b101, 0b110, 0b111}


def test_a_union_with_a_loser():
    """A pays for B and leaves; that C would join does not help, since A would lose more."""
    game = game_of({"AB": (-1, 4, 0), "AC": (0, 0, 0), "BC": (0, 1, 1), "ABC": (-2, 5, 2)})
    inner = stability(game, "internal")
    assert set(inner.numbers.tolist()) == {0b101, 0b110}
    assert words(inner.deviation(0b011), game, "en").startswith("A would leave: it gains 1.0 million dollars")
    assert inner.deviation(0b111).movers == (0,)
    assert not stability(game, "external_open").stable[0b011]
    assert stability(game, "external_exclusive").stable[0b011]
    assert core_sharing(game, 0b011, rule="stay") is None  # the three of them have 5 to share, A and B 3
    assert_allclose(core_sharing(game, 0b111, rule="stay").sum(), 0, atol=1e-9)
    best = stability(game, "internal", rule="best_reply")
    assert best.deviation(0b111).result == 0b110


def test_best_reply_goes_on_until_nobody_gains():
    game = game_of({"AB": (-1, 1, 0), "AC": (0, 0, 0), "BC": (0, -1, 3), "ABC": (1, 1, 1)})
    after = settled(game, "best_reply")
    assert after[0b011] == 0b010
    assert after[0b110] == 0b100
    assert after[0b101] == 0b101


# -- edges -----------------------------------------------------------------------------------------------------------
def test_unions_without_an_answer_are_not_asked():
    game = cartel()
    payoff = game.payoff.copy()
    payoff[0b011] = np.nan
    held = stability(Game(players=game.players, payoff=payoff, threshold=game.threshold), "internal")
    assert not held.asked[0b011]
    with pytest.raises(ModelError, match="was not asked"):
        held.deviation(0b011)


def test_refusals():
    game = cartel()
    with pytest.raises(ModelError, match="no concept 'iternal'") as caught:
        stability(game, "iternal")
    assert "internal" in caught.value.hint
    with pytest.raises(ModelError, match="no rule"):
        stability(game, "internal", rule="stey")
    with pytest.raises(ModelError, match="no candidate"):
        game.number(["Z"])
    with pytest.raises(ModelError, match="payoffs"):
        Game(players=("A", "B"), payoff=np.zeros((3, 2)), threshold=np.zeros(2))
    nine = Game(players=tuple("ABCDEFGHI"), payoff=np.zeros((512, 9)), threshold=np.zeros(9))
    with pytest.raises(ModelError, match="farsighted stability of 9"):
        stability(nine, "farsighted")
    many = Game(players=tuple("ABCDEFGHIJKLM"), payoff=np.zeros((8192, 13)), threshold=np.zeros(13))
    with pytest.raises(ModelError, match="core of all unions"):
        stability(many, "core")
    assert stability(many, "core", unions=np.array([8191])).stable[8191]
