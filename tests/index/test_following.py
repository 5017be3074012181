"""What people decide can be searched for at once, and never waits for the index."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings as live

from cases.models import Case
from cases.moves import move
from domain.states import CaseState
from index.embedded import EmbeddedEngine
from index.engine import Engine, Filters, Query
from index.feeding import SyncCounts, sync
from index.following import following, moved_since
from index.opening import open_anew, open_engine
from index.searching import find
from nightly.cli import main
from tests.index.shops import shop
from tests.people import PASSWORD, analyst

pytestmark = pytest.mark.django_db


def dismiss(case: Case) -> None:
    move(case.pk, CaseState.DISMISSED, actor="test", reason="a fan shop")


def shown(engine: Engine, *states: str) -> list[tuple[int, str]]:
    page = find(engine, Query("мефедрон", Filters(states=states)))
    assert page.total == len(page.hits)
    return [(hit.entry.case_id, hit.entry.state) for hit in page.hits]


def test_a_hit_shows_the_state_of_the_record_in_every_engine(engine: Engine) -> None:
    case, other = shop(), shop("http://other.test/")
    sync(engine)
    dismiss(case)
    assert sorted(shown(engine)) == [(case.pk, "dismissed"), (other.pk, "in_review")]
    assert shown(engine, "in_review") == [(other.pk, "in_review")]


def test_only_the_cases_named_are_looked_at(engine: Engine) -> None:
    case, other = shop(), shop("http://other.test/")
    assert sync(engine, cases=[case.pk]) == SyncCounts(put=1)
    dismiss(case)
    dismiss(other)
    assert sync(engine, cases={case.pk}) == SyncCounts(put=1)
    assert shown(engine, "dismissed") == [(case.pk, "dismissed")]
    assert sync(engine, cases=[]) == SyncCounts()


def test_the_chain_tells_which_cases_moved() -> None:
    case = shop()
    assert moved_since(0) == {case.pk}
    assert moved_since(10_000) == set()


def test_moves_inside_reach_the_index_and_nothing_else_does(tmp_path: Path) -> None:
    case, other = shop(), shop("http://other.test/")
    said: list[str] = []
    with following("", tmp_path / "index", said.append):
        dismiss(case)
    engine = EmbeddedEngine(tmp_path / "index")
    assert shown(engine, "dismissed") == [(case.pk, "dismissed")]
    assert engine.count() == 1
    assert Case.objects.get(pk=other.pk).state == "in_review"
    with following("", tmp_path / "elsewhere", said.append):
        assert Case.objects.count() == 2
    assert said == []
    assert not (tmp_path / "elsewhere").exists()


def test_a_move_is_followed_even_when_the_work_failed_after_it(tmp_path: Path) -> None:
    case = shop()

    def work() -> None:
        with following("", tmp_path / "index", print):
            dismiss(case)
            raise SystemExit(1)

    with pytest.raises(SystemExit):
        work()
    assert shown(EmbeddedEngine(tmp_path / "index")) == [(case.pk, "dismissed")]


def test_a_broken_index_does_not_undo_a_decision(tmp_path: Path) -> None:
    case = shop()
    (tmp_path / "index").write_text("in the way")
    said: list[str] = []
    with following("", tmp_path / "index", said.append):
        dismiss(case)
    case.refresh_from_db()
    assert case.state == "dismissed"
    assert len(said) == 1
    assert "of 1 case until" in said[0]


def test_a_decision_on_the_command_line_can_be_searched_for(tmp_path: Path) -> None:
    where = live.NARCOWATCH.data_dir / "index"
    open_anew("", where).close()
    case = shop()
    sync(open_engine("", where))
    analyst("one")
    password = tmp_path / "password"
    password.write_text(PASSWORD)
    password.chmod(0o600)
    reason = ["--reason", "a fan shop", "--user", "one", "--password-file", str(password)]
    assert main(["review", "dismiss", str(case.pk), *reason]) == 0
    (hit,) = open_engine("", where).search(Query("мефедрон", Filters(states=("dismissed",)))).hits
    assert hit.entry.case_id == case.pk
