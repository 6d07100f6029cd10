"""Stability by definition, slow and on its own: sets, dictionaries and loops, nothing of peyvand's arrays."""

from __future__ import annotations

from itertools import chain, combinations

from scipy.optimize import linprog


class Slow:
    """A game as {frozenset of members: {player: payoff}}; unions of fewer than two members are today."""

    def __init__(self, players, payoff, threshold):
        self.players, self.payoff, self.threshold = tuple(players), payoff, threshold
        self.everyone = frozenset(players)

    @classmethod
    def of(cls, game):
        payoff = {}
        for number in range(1 << len(game.players)):
            members = frozenset(name for place, name in enumerate(game.players) if number & 2**place)
            payoff[members] = dict(zip(game.players, map(float, game.payoff[number]), strict=True))
        return cls(game.players, payoff, dict(zip(game.players, map(float, game.threshold), strict=True)))

    def all_unions(self):
        return [group for group in subsets(self.players) if len(group) >= 2]

    def better(self, player, new, old):
        return self.payoff[new][player] - self.payoff[old][player] > self.threshold[player]

    def settle(self, union, rule):
        if rule == "stay":
            return union
        if rule == "dissolve":
            return frozenset()
        while len(union) >= 2:
            gains = {
                player: (self.payoff[union - {player}][player] - self.payoff[union][player])
                / (self.threshold[player] or 1.0)
                for player in self.players
                if player in union and self.better(player, union - {player}, union)
            }
            if not gains:
                break
            leaver = max(gains, key=lambda player: (gains[player], -self.players.index(player)))
            union = union - {leaver}
        return union

    def internal(self, union, rule):
        return not any(self.better(player, self.settle(union - {player}, rule), union) for player in union)

    def external(self, union, *, exclusive):
        for player in self.everyone - union:
            wider = union | {player}
            if not self.better(player, wider, union):
                continue
            loses = [j for j in union if self.payoff[wider][j] < self.payoff[union][j] - self.threshold[j]]
            if not (exclusive and loses):
                return False
        return True

    def moves(self, union, rule):
        """(group, new union) that a group can bring about."""
        for group in subsets(self.players):
            if not group:
                continue
            if rule == "dissolve":
                new = group if len(group) >= 2 else frozenset()
            elif group <= union:
                new = self.settle(union - group, rule)
            elif group > union and len(group) >= 2:
                new = group
            else:
                continue
            if new != union:
                yield group, new

    def core(self, union, rule):
        return not any(
            all(self.better(player, new, union) for player in group) for group, new in self.moves(union, rule)
        )

    def core_with_transfers(self, union, rule):
        """Whether some sharing satisfies every group: plain feasibility, one row a group."""
        inside = [player for player in self.players if player in union]
        rows, right = [], []
        for group, new in self.moves(union, rule):
            need = sum(self.payoff[new][player] - self.threshold[player] for player in group)
            need -= sum(self.payoff[union][player] for player in group - union)
            rows.append([-1.0 if player in group else 0.0 for player in inside])
            right.append(-need + 1e-7)
        total = sum(self.payoff[union][player] for player in inside)
        found = linprog(
            [0.0] * len(inside), A_ub=rows or None, b_ub=right or None, A_eq=[[1.0] * len(inside)], b_eq=[total],
            bounds=[(None, None)] * len(inside),
        )  # fmt: skip
        return found.status == 0

    def farsighted(self):
        """Chwe's largest consistent set over today and all unions."""
        states = [frozenset(), *self.all_unions()]
        steps = {(a, b): [] for a in states for b in states if a != b}
        for a, b in steps:
            if b < a:
                steps[a, b].append(a - b)
            if b:
                steps[a, b].append(b)
        dominated = {}
        for end in states:
            reached = {end}
            grew = True
            while grew:
                grew = False
                for a in states:
                    if a in reached:
                        continue
                    for b in list(reached):
                        if any(all(self.better(p, end, a) for p in group) for group in steps.get((a, b), [])):
                            reached.add(a)
                            grew = True
                            break
            for a in reached - {end}:
                dominated.setdefault(a, set()).add(end)
        kept = set(states)
        while True:
            drop = set()
            for a in kept:
                for b in states:
                    for group in steps.get((a, b), []):
                        ends = ({b} | dominated.get(b, set())) & kept
                        if not any(not all(self.better(p, end, a) for p in group) for end in ends):
                            drop.add(a)
            if not drop:
                return kept
            kept -= drop


def subsets(players):
    """Every group, the empty one too."""
    return [
        frozenset(group) for group in chain.from_iterable(combinations(players, n) for n in range(len(players) + 1))
    ]
