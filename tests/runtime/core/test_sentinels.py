"""`omit` and `not_given` survive copying and pickling, and are neither None nor true."""

from __future__ import annotations

import copy
import pickle

import pytest

from antiphon.runtime import NOT_GIVEN, NotGiven, Omit, is_given, not_given, omit


@pytest.mark.parametrize("value", [omit, not_given])
def test_there_is_one_of_each_wherever_it_was(value: Omit | NotGiven) -> None:
    assert pickle.loads(pickle.dumps(value)) is value
    assert copy.copy(value) is value
    assert copy.deepcopy([value])[0] is value


def test_both_are_false_and_named() -> None:
    assert not omit
    assert not not_given
    assert (repr(omit), repr(not_given)) == ("omit", "NOT_GIVEN")
    assert NOT_GIVEN is not_given


@pytest.mark.parametrize(("value", "given"), [(omit, False), (not_given, False), (None, True), (0, True), ("", True)])
def test_is_given(value: object, given: bool) -> None:
    assert is_given(value) is given
