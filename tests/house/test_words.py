"""Both languages say the same things, and every error and variable has its words."""

from __future__ import annotations

import re

import pytest

import peyvand
from peyvand import errors
from peyvand.locale import LANGUAGES, catalogue, error_title
from peyvand.variables import variables

FIELD = re.compile(r"{(\w+)")


def error_classes(base=errors.PeyvandError):
    return [base, *(leaf for child in base.__subclasses__() for leaf in error_classes(child))]


def test_the_two_languages_have_the_same_keys():
    assert set(catalogue("en")) == set(catalogue("fa"))


@pytest.mark.parametrize("key", sorted(catalogue("en")))
def test_the_two_languages_fill_the_same_fields(key):
    assert set(FIELD.findall(catalogue("en")[key])) == set(FIELD.findall(catalogue("fa")[key]))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_error_has_a_title(language):
    for kind in error_classes():
        assert f"errors.{kind.key}" in catalogue(language), kind
        assert error_title(kind.key, language)


def test_error_keys_are_unique():
    keys = [kind.key for kind in error_classes()]
    assert len(keys) == len(set(keys))


def test_front_door_opens():
    for name in peyvand.__all__:
        assert getattr(peyvand, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'Wrold'"):
        peyvand.Wrold  # noqa: B018


def test_every_variable_is_defined_in_full():
    for name, row in variables().items():
        assert row.unit, name
        assert row.definition, name
        assert re.search("[آ-ی]", row.definition_fa), name
        assert not re.search("[يك]", row.definition_fa), name
        assert all(f"units.{row.unit}" in catalogue(language) for language in LANGUAGES), name
        assert row.source, name
