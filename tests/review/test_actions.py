"""Every event of the chain has a name before people."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from config.schema import CHECKOUT
from domain.decisions import VerdictKind
from domain.rechecks import ProposalState
from domain.states import CaseState
from review.actions import ACTIONS, FAMILIES, action_called
from review.vocabulary import NEVER_BLOCK_STEPS

ROOMS = ("cases", "blocking", "channels", "crawlers", "index", "nightly", "review")


#: They look like actions, and are none or come from a family.
NONE = {
    "dossier.json",
    "dossier.pdf",
    "dossier.zip",
    "audit.json",
    "restricted.toml",
    "case.in_review",
    "evidence.timestamp_ca",
}
ACTION = re.compile(r"([a-z]+)\.[a-z_]+")


def trees() -> Iterator[ast.AST]:
    for room in ROOMS:
        for path in (CHECKOUT / room).rglob("*.py"):
            if path.name != "actions.py" and "migrations" not in path.parts:
                yield ast.parse(path.read_text(encoding="utf-8"))


def written(tree: ast.AST) -> Iterator[ast.expr]:
    """The first argument of every ``audit.append``."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "append"
            and getattr(node.func.value, "id", "") == "audit"
        ):
            yield node.args[0]


def texts(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def test_all_that_is_written_is_named_and_nothing_else() -> None:
    """Codes are told from other texts by what they begin with: that of some ``audit.append``."""
    begins, families, codes = set[str](), set[str](), set[str]()
    for tree in trees():
        for code in written(tree):
            match code:
                case ast.Constant(value=str(text)):
                    begins.add(text.partition(".")[0])
                case ast.JoinedStr(values=[ast.Constant(value=str(text)), _]):
                    families.add(text)
        codes.update(filter(ACTION.fullmatch, texts(tree)))
    begins |= {code.partition(".")[0] for code in ACTIONS}
    found = {code for code in codes if code.partition(".")[0] in begins} - NONE
    assert found == set(ACTIONS)
    assert families == set(FAMILIES)


def test_codes_of_families_have_names() -> None:
    for begin, codes in (
        ("case.", CaseState), ("decision.", VerdictKind), ("undo.", VerdictKind),
        ("proposal.", ProposalState),
        ("never_block.", NEVER_BLOCK_STEPS),
    ):  # fmt: skip
        for code in codes:
            assert not action_called(f"{begin}{code}").endswith(str(code)) or " " not in str(code)
            assert action_called(f"{begin}{code}") != f"{begin}{code}"


def test_an_action_without_a_name_is_shown_as_it_is() -> None:
    assert action_called("something.new") == "something.new"
