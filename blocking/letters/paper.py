"""A letter as PDF, with fonts embedded: the same letter by the same templates is the same bytes."""

from __future__ import annotations

from blocking.letters.facts import MAX_ITEMS, Letter
from blocking.letters.templates import Templates
from domain.errors import InputError
from domain.paper import Refused, pdf


def printed(letter: Letter, templates: Templates) -> bytes:
    """``letter`` on paper.

    Raises InputError for a template that is wrong or asks for anything from outside itself, and for
    a letter of more lines than can be laid out.
    """
    lines = len(letter.items) + len(letter.lifted)
    if lines > MAX_ITEMS:
        raise InputError(
            f"a letter has room for {MAX_ITEMS} entries and this one would have {lines}: send the "
            "files of the release"
        )
    try:
        return pdf(templates.html(letter), templates.sheet())
    except Refused as error:
        raise InputError(
            f"the templates of letters ask for what is not in them: {error}"
        ) from error
