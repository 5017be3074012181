"""What the lower rooms say in English is known again, and told in the reader's language."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils.translation import override

from config.schema import CHECKOUT
from domain.rechecks import ProposalKind
from review import sentences
from review.sentences import OF_DJANGO, SENTENCES, retold

ROOMS = ("domain", "cases", "blocking", "index", "nightly")
#: Here everything that is refused or found can come before people in the console.
BEFORE_PEOPLE = (
    "domain/decisions.py", "domain/states.py", "domain/receipts.py",
    "blocking/scope.py", "cases/decisions.py", "cases/undoing.py", "cases/proposals.py",
    "blocking/safeguards.py", "blocking/protection.py", "blocking/gate.py",
    "blocking/receipts.py", "blocking/releases.py", "blocking/appeals.py",
    "blocking/protected.py", "blocking/protected_file.py", "index/queries.py", "cases/people.py",
    "domain/tips.py", "domain/targets.py",
)  # fmt: skip
#: Refused in these files, but never seen in the console.
NOT_SEEN = {
    "reading the list {}: {}", "no never-block list in {}",  # the console does not start then
    "export", "serial",  # subjects of findings
    "not a target key: {}",  # nobody types one
    "{}/{}",
}  # fmt: skip
RAISED = re.compile(r"\w+Error|Finding|_wrong")


def skeleton(node: ast.expr) -> str | None:
    """A text with its places empty."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        parts = (part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
        return "".join(map(str, parts))
    return None


def texts(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.expr) and (text := skeleton(node)):
            yield text


def refused(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and RAISED.fullmatch(_name(node.func)):
            yield from filter(None, map(skeleton, node.args))


def _name(called: ast.expr) -> str:
    return called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")


def emptied(sentence: str) -> str:
    return re.sub(r"%\(\w+\)s", "{}", sentence)


@pytest.fixture(scope="module")
def said() -> frozenset[str]:
    paths = (path for room in ROOMS for path in (CHECKOUT / room).rglob("*.py"))
    return frozenset(text for path in paths for text in texts(path))


@pytest.mark.parametrize("sentence", SENTENCES)
def test_some_room_says_it(sentence: str, said: frozenset[str]) -> None:
    assert emptied(sentence) in said


@pytest.mark.parametrize("name", BEFORE_PEOPLE)
def test_what_people_can_be_told_is_known(name: str) -> None:
    known = {emptied(sentence) for sentence in SENTENCES}
    assert set(refused(CHECKOUT / name)) - known - NOT_SEEN == set()


@pytest.mark.parametrize("language", ["ru", "kk"])
@pytest.mark.parametrize(
    "text",
    [
        "case 7 is dismissed: only a case in review can be decided",
        "dismiss needs a reason",
        "ending a hold needs a reason",
        "shop.test: is the platform GitHub Pages: a block would hit everybody on it [platform]",
        "case 3: shop.test: looks like a protected name: kaspi.kz [look_alike]; confirming it "
        "needs a written reason",
        "score 0.9312, threshold 0.4893, model 8d9d425ca2d8",
        "confirm: like shop.test (case 4, requested), btc 1Boat; near copy 0.97",
        "parked, onion_down in 3 nights",
        "62% of the pages seen sell; the host stands for one shop",
        "shop.github.io is the platform GitHub: a block would hit everybody on it; only the pages "
        "that sell; 3 left out (not exact, or more than 50)",
        "case 5: new may become assessed, unreachable; not lifted",
        "person 'newone': This password is too short. It must contain at least 12 characters.; "
        "This password is too common.",
        "search: cannot understand '(a': a ( has no partner",
        "a reason is needed",
        "export unit/2 must not be released (2 findings):\n  export: nothing to block: an empty "
        "list would unblock everything that is in force [empty]\n  serial: 2 does not rise above "
        "3, which is in force [serial]",
    ],
)
def test_it_is_told_in_the_readers_language(text: str, language: str) -> None:
    with override(language):
        told = retold(text)
    for line in told.splitlines():
        assert re.search("[а-яәғқңөұүһі]{3}", line), line
    for word in ("case", "needs", "score", "nights", "block", "become", "dismiss", "confirm"):
        assert not re.search(rf"\b{word}\b", re.sub(r"\[\w+\]", "", told)), told


@pytest.mark.parametrize("sentence", [*SENTENCES, *OF_DJANGO])
def test_in_english_it_stays_what_it_is(sentence: str) -> None:
    text = re.sub(r"%\((\w+)\)s", "7", sentence)
    assert retold(text) == text


@pytest.mark.parametrize(
    "text", ["", "a shop's own words", "%(case)s", "100 % sure: score", "Купить [опт]\nбыстро"]
)
def test_what_is_no_sentence_stays_as_it_was_said(text: str) -> None:
    with override("ru"):
        assert retold(text) == text


def test_every_kind_of_proposal_has_words() -> None:
    assert set(sentences._PROPOSED) == set(sentences._PROPOSED_WITH) == set(ProposalKind)
