"""One person under several names: «حسن روحانی», «روحانی».

Mentions of a person, and a list of known persons that is looked up by how their names end.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """One mention of a named person at tokens `first` to `last`."""

    name: str
    key: str
    role: str
    country: str | None
    private: bool
    speaks: bool
    first: int
    last: int


def same_person(one: str, other: str) -> bool:
    """Two name keys («حسن روحانی», «روحانی») of one person: equal, or one ends with the other."""
    if one == other:
        return True
    short, long_ = sorted((one, other), key=len)
    return long_.endswith(f" {short}") or (long_.replace(" ", "").endswith(short.replace(" ", "")) and len(short) > 3)


class Names:
    """Keys of known persons, looked up by how they end: `same_person` without asking everybody."""

    _END = 3

    def __init__(self) -> None:
        self._keys: list[str] = []
        self._by_end: dict[str, list[int]] = {}

    def add(self, key: str) -> None:
        self._by_end.setdefault(self._end(key), []).append(len(self._keys))
        self._keys.append(key)

    def replace(self, place: int, key: str) -> None:
        """Know a person by a fuller key; both end alike."""
        if self._end(key) != self._end(self._keys[place]):
            self._by_end.setdefault(self._end(key), []).append(place)
        self._keys[place] = key

    def find(self, key: str) -> int | None:
        """The first known person who is this one."""
        end = self._end(key)
        ends = [end] if len(end) == self._END else [one for one in self._by_end if one.endswith(end)]
        ends += [end[k:] for k in range(1, len(end))]
        places = sorted(place for one in dict.fromkeys(ends) for place in self._by_end.get(one, ()))
        return next((place for place in places if same_person(self._keys[place], key)), None)

    def _end(self, key: str) -> str:
        return key.replace(" ", "")[-self._END :]
