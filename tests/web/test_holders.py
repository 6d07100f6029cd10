"""The names of workers: they say where a process is, and whether it is still there."""

from __future__ import annotations

import pytest

from peyvand.web.holders import is_gone, name_of_this_process


@pytest.mark.parametrize("name", ["", "me", "host:1", "a:b:c:d", "host::5"])
def test_a_name_that_says_no_place_is_not_known_to_be_gone(name):
    assert not is_gone(name)


def test_a_number_taken_over_by_another_process_does_not_pass_for_the_first():
    machine, pid, _ = name_of_this_process().split(":")
    assert is_gone(f"{machine}:{pid}:1")
    assert not is_gone(name_of_this_process())
