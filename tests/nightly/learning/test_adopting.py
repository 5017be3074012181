"""A candidate takes over whole or not at all, is audited, and gives way again."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings as live

from cases import audit
from cases.crosscheck import contradictions
from cases.models import AuditEvent
from classifiers.apps import model_dir_of
from classifiers.learning.in_force import MODELS, NONE, POINTER, read_in_force
from classifiers.store import CARD
from config.schema import CHECKOUT, Classify
from domain.errors import InputError, ModelError, RuleError
from nightly.cli import main
from nightly.learning.adopting import Models, adopt, listed, revert, settle
from tests.nightly.learning.candidates import (
    EQUAL,
    LAX,
    SHIPPED,
    candidate,
    few_floors,
    models_in,
    name_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def few(tmp_path: Path) -> None:
    few_floors(tmp_path)


def events() -> list[tuple[str, str]]:
    rows = AuditEvent.objects.filter(action__startswith="model.").order_by("seq")
    return [(row.action, row.details["model"]) for row in rows]


def test_a_candidate_takes_over_and_gives_way(tmp_path: Path, few: None) -> None:
    models, new = models_in(tmp_path), candidate(tmp_path / "new")
    name = name_of(new)
    now = adopt(new, models, actor="test")
    assert (now.model, now.instead_of, now.former) == (name, "shipped", ("shipped",))
    shutil.rmtree(new)
    assert models.in_use == tmp_path / MODELS / name
    assert [(one.name, one.order, one.problem) for one in listed(models)] == [
        (name, 0, ""),
        ("shipped", 1, ""),
    ]
    now = revert(models, actor="test")
    assert (now.model, now.former, now.serial) == ("shipped", (), 2)
    assert models.in_use == SHIPPED
    assert [one.name for one in listed(models)] == ["shipped", name]
    with pytest.raises(InputError, match="no former model"):
        revert(models, actor="test")
    assert adopt(tmp_path / MODELS / name, models, actor="test").model == name
    assert events() == [("model.adopted", name), ("model.reverted", "shipped"),
                        ("model.adopted", name)]  # fmt: skip
    assert audit.verify().holds
    assert contradictions() == []


def test_what_falls_below_a_floor_is_refused_by_name(tmp_path: Path) -> None:
    lax = candidate(tmp_path / "lax", LAX)
    with pytest.raises(RuleError) as error:
        adopt(lax, models_in(tmp_path), actor="test")
    assert f"model {name_of(lax)} is not adopted" in str(error.value)
    assert "all: false positives " in str(error.value)
    assert "corpus.jsonl, lang ru: false positives " in str(error.value)
    assert "hard negatives: " in str(error.value)
    assert read_in_force(tmp_path / MODELS) == NONE
    assert not (tmp_path / MODELS / name_of(lax)).exists()
    assert events() == []


def test_a_candidate_that_changes_while_it_is_measured_is_refused(
    tmp_path: Path, few: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    models, new = models_in(tmp_path), candidate(tmp_path / "new")
    other = candidate(tmp_path / "other", EQUAL - 0.0001)

    def swapped(folder: Path, models: Models) -> list[str]:
        shutil.copy(other / CARD, folder / CARD)
        return []

    monkeypatch.setattr("nightly.learning.adopting.below_floors", swapped)
    with pytest.raises(RuleError, match="changed from"):
        adopt(new, models, actor="test")
    assert read_in_force(models.folder) == NONE


def test_without_floors_nothing_is_adopted(tmp_path: Path) -> None:
    models, new = models_in(tmp_path), candidate(tmp_path / "new")
    for field in ("floors", "corpus"):
        lost = type(models)(**{**_fields(models), field: tmp_path / "nowhere"})
        with pytest.raises(InputError):
            adopt(new, lost, actor="test")
    assert read_in_force(models.folder) == NONE


def _fields(models):
    return {name: getattr(models, name) for name in models.__dataclass_fields__}


def test_what_is_in_force_or_named_by_the_settings_is_not_adopted(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="in force already"):
        adopt(SHIPPED, models_in(tmp_path), actor="test")
    named = models_in(tmp_path, named=SHIPPED)
    with pytest.raises(RuleError, match=r"classify\.model_dir names"):
        adopt(candidate(tmp_path / "new"), named, actor="test")
    with pytest.raises(RuleError, match=r"classify\.model_dir names"):
        revert(named, actor="test")


def test_a_broken_candidate_or_former_model_is_refused(tmp_path: Path, few: None) -> None:
    models, new = models_in(tmp_path), candidate(tmp_path / "new")
    broken = candidate(tmp_path / "broken", 0.672)
    with (broken / "model.npz").open("ab") as file:
        file.write(b"x")
    with pytest.raises(ModelError, match="not the one its card names"):
        adopt(broken, models, actor="test")
    adopt(new, models, actor="test")
    second = candidate(tmp_path / "second", 0.6712)
    adopt(second, models, actor="test")
    with (models.of(name_of(new)) / "overlap.npz").open("ab") as file:
        file.write(b"x")
    with pytest.raises(ModelError, match="not the one its card names"):
        revert(models, actor="test")
    assert models.in_use == models.of(name_of(second))
    assert [bool(one.problem) for one in listed(models)] == [False, True, False]


def test_a_pointer_that_cannot_be_read_is_no_reason_to_take_another(tmp_path: Path) -> None:
    (tmp_path / MODELS).mkdir()
    for text in ("", "{", "[]", '{"model": "../x"}', '{"former": []}'):
        (tmp_path / MODELS / POINTER).write_text(text)
        with pytest.raises(ModelError, match="in force cannot be read"):
            read_in_force(tmp_path / MODELS)


def test_the_operators_own_model_wins(tmp_path: Path, few: None) -> None:
    models = models_in(tmp_path)
    adopt(candidate(tmp_path / "new"), models, actor="test")
    base = live.NARCOWATCH.model_copy(update={"data_dir": tmp_path})
    assert model_dir_of(base) == models.in_use
    own = base.model_copy(update={"classify": Classify(model_dir=tmp_path / "own")})
    assert model_dir_of(own) == tmp_path / "own"


def test_the_commands(tmp_path: Path, settings, capsys: pytest.CaptureFixture[str]) -> None:
    settings.NARCOWATCH = live.NARCOWATCH.model_copy(update={"data_dir": tmp_path})
    settings.CALLED_AS = "narcowatch"
    new = candidate(tmp_path / "new")
    assert main(["model", "adopt", str(new)]) == 0
    assert f"model {name_of(new)} is in force instead of shipped" in capsys.readouterr().out
    assert main(["model", "list"]) == 0
    assert capsys.readouterr().out.splitlines()[0].startswith(f"{name_of(new)}  {name_of(new)}  ")
    assert main(["model", "adopt", str(candidate(tmp_path / "lax", LAX))]) == 2
    assert "hard negatives" in capsys.readouterr().err
    assert main(["model", "revert"]) == 0
    assert "model shipped is in force again" in capsys.readouterr().out
    assert main(["model", "revert"]) == 2


CHILD = """
import os, signal, sys
from pathlib import Path
import django
django.setup()
from nightly.learning.adopting import adopt, revert
from tests.nightly.learning.candidates import models_in
data, what, step = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
def kill(at):
    if at == step:
        os.kill(os.getpid(), signal.SIGKILL)
if what == "adopt":
    adopt(data / "new", models_in(data), actor="somebody", told=kill)
else:
    adopt(data / "new", models_in(data), actor="somebody")
    revert(models_in(data), actor="somebody", told=kill)
"""

LOOK = """
import json, sys
from pathlib import Path
import django
django.setup()
import classifiers
from cases import audit
from cases.crosscheck import contradictions
from cases.models import AuditEvent
from classifiers.lexicons import read_lexicon
from nightly.learning.adopting import settle
from tests.nightly.learning.candidates import models_in
data = Path(sys.argv[1])
models = models_in(data)
in_use = classifiers.load(models.in_use, read_lexicon(models.lexicon_dir)).version
settle(data)
settle(data)
rows = AuditEvent.objects.filter(action__startswith="model.").order_by("seq")
told = [[row.action, row.actor, row.details["model"]] for row in rows]
print(json.dumps([in_use, told, audit.verify().holds and not contradictions()]))
"""


def _python(data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("NARCOWATCH_")}
    environment = {**kept, "NARCOWATCH_DATA_DIR": str(data), "NARCOWATCH_CONFIG": "",
                   "DJANGO_SETTINGS_MODULE": "config.settings"}  # fmt: skip
    return subprocess.run(
        [sys.executable, *arguments], cwd=CHECKOUT, env=environment, capture_output=True, text=True,
        timeout=280, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("what", "step", "taken"),
    [
        ("adopt", "copying", False),
        ("adopt", "copied", False),
        ("adopt", "pointed", True),
        ("adopt", "chained", True),
        ("revert", "pointed", True),
        ("revert", "chained", True),
    ],
)
def test_killed_at_any_step_one_whole_model_is_in_force_and_the_chain_says_which(
    tmp_path: Path, few: None, migrated: Path, what: str, step: str, taken: bool
) -> None:
    new = candidate(tmp_path / "new")
    shutil.copy(migrated, tmp_path / "narcowatch.sqlite3")
    done = [["model.adopted", "somebody", name_of(new)]]
    killed = _python(tmp_path, "-c", CHILD, str(tmp_path), what, step)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    looked = _python(tmp_path, "-c", LOOK, str(tmp_path))
    assert looked.returncode == 0, looked.stderr
    in_use, told, holds = json.loads(looked.stdout)
    adopted = taken if what == "adopt" else not taken
    assert in_use == name_of(new if adopted else SHIPPED)
    expected = done if what == "revert" or taken else []
    assert told == (
        [*expected, ["model.reverted", "somebody", "shipped"]] if what == "revert" else expected
    )
    assert holds
    if not taken:
        again = _python(tmp_path, "-c", CHILD, str(tmp_path), what, "never")
        assert again.returncode == 0, again.stderr
        looked = _python(tmp_path, "-c", LOOK, str(tmp_path))
        assert json.loads(looked.stdout) == [name_of(new), done, True]


def test_the_chain_is_told_once(tmp_path: Path, few: None) -> None:
    models, new = models_in(tmp_path), candidate(tmp_path / "new")
    adopt(new, models, actor="test")
    assert settle(tmp_path) == settle(tmp_path)
    assert len(events()) == 1
