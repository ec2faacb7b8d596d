"""What is read from docstrings, in three styles."""

from __future__ import annotations

import pytest

from antiphon.llm.core.docstrings import described

GOOGLE = """Looks it up.

    More: of the text.

    Args:
        place (str): Where to look,
            in full.
        days (int, optional): How far: in days.
        **rest: Anything else.
        silent:

    Returns:
        str: not a parameter
    """
NUMPY = """Looks it up.

    Parameters
    ----------
    place : str
        Where to look,

        in full.
    days, weeks : int, optional
        How far.
    bare
        Without a type.

    Returns
    -------
    found : str
        not a parameter
    """
REST = """Looks it up.

    :param place: Where to look,
        in full.
    :param int days: How far.
    :type place: str
    :raises ValueError: never
    """


@pytest.mark.parametrize(
    ("text", "said", "parameters"),
    [
        (None, "", {}),
        ("Only this.", "Only this.", {}),
        (
            GOOGLE,
            "Looks it up.\n\nMore: of the text.",
            {
                "place": "Where to look, in full.",
                "days": "How far: in days.",
                "rest": "Anything else.",
                "silent": "",
            },
        ),
        (
            NUMPY,
            "Looks it up.",
            {
                "place": "Where to look, in full.",
                "days": "How far.",
                "weeks": "How far.",
                "bare": "Without a type.",
            },
        ),
        (REST, "Looks it up.", {"place": "Where to look, in full.", "days": "How far."}),
        ("Args:\nnothing here", "Args:\nnothing here", {}),
        ("A.\n\nArgs:\n    a: one\nB.", "A.", {"a": "one"}),
    ],
)
def test_texts_of_functions_and_parameters(text: str | None, said: str, parameters: dict[str, str]) -> None:
    found = described(text)
    assert found.text == said
    assert found.parameters == parameters
