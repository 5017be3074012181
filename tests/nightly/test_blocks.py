"""The command that looks at blocks, and the stage that starts it in a process of its own."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as live
from django.db import connection
from pytest_django import Settings

from blocking.apps import reach_plan
from blocking.models import BlockLook, Order
from cases.models import RunCount
from config.schema import Settings as Schema
from domain.errors import BoundaryError, InputError
from domain.orders import OrderState
from domain.seeds import SeedList
from nightly.apps import plan_of
from nightly.blocks import LOCK, look_at_blocks, look_for_run
from nightly.cli import main
from nightly.lock import only_one
from nightly.night import Night
from nightly.progress import Quiet
from tests.blocking.reach.world import SITE, Site, site
from tests.net.dns_server import DnsServer
from tests.records import new_run
from tests.sent import sent

pytestmark = pytest.mark.django_db
RECIPIENTS = [{"name": "regulator", "formats": ["json"]}]


@pytest.fixture
def shop() -> Iterator[Site]:
    with site() as found:
        yield found


@pytest.fixture
def written(shop: Site) -> Iterator[dict[str, object]]:
    """Settings by which a shop is blocked at the operator and not at the control."""
    inside = DnsServer({"reference.test": [[SITE]]})
    outside = DnsServer({"reference.test": [[SITE]], "shop.test": [[SITE]]})
    with inside.running(), outside.running():
        yield {
            "net": {
                "test_networks": [
                    {"name": "a", "cidr": "127.0.0.0/8", "hosts": ["*.test"]},
                    {"name": "b", "cidr": "192.0.2.0/24", "hosts": ["*.test"]},
                ],
                "resolver_overrides": {SITE: f"127.0.0.1:{shop.port}"},
            },
            "blocking": {
                "recipients": RECIPIENTS,
                "reach": {"references": ["http://reference.test/"], "timeout_s": 3},
                "vantages": [
                    {"name": "operator", "resolver": inside.address, "acknowledged": True},
                    {
                        "name": "control",
                        "resolver": outside.address,
                        "control": True,
                        "acknowledged": True,
                    },
                ],
            },
        }


def schema(data_dir: Path, written: dict[str, object]) -> Schema:
    text = json.dumps({"data_dir": str(data_dir), **written})
    return Schema.model_validate_json(text, strict=True)


@pytest.fixture
def configured(tmp_path: Path, settings: Settings, written: dict[str, object]) -> Schema:
    (tmp_path / "var").mkdir()
    settings.NARCOWATCH = schema(tmp_path / "var", written)
    return settings.NARCOWATCH


def variables(written: dict[str, object], prefix: str) -> Iterator[tuple[str, str]]:
    """The same settings as environment variables."""
    for name, value in written.items():
        variable = f"{prefix}__{name}".upper().replace("NARCOWATCH__", "NARCOWATCH_", 1)
        if isinstance(value, dict) and name in ("net", "blocking", "reach"):
            yield from variables(value, variable)
        else:
            yield variable, value if isinstance(value, str) else json.dumps(value)


def executed() -> Order:
    (order,) = sent("shop.test")
    Order.objects.filter(pk=order.pk).update(state=OrderState.EXECUTED)
    return order


def night_over(settings: Schema) -> Night:
    return Night(new_run(), plan_of(settings), SeedList((), (), ""), Quiet())


def test_the_command_looks_and_says_what_it_met(
    configured: Schema, capsys: pytest.CaptureFixture[str]
) -> None:
    order = executed()
    assert main(["verify-blocks"]) == 0
    assert capsys.readouterr().out == "in: 1 orders\nout: 1 looks: blocked\n"
    assert BlockLook.objects.get().order == order
    assert main(["verify-blocks"]) == 0
    assert "skipped: 1 looked at lately" in capsys.readouterr().out
    assert main(["verify-blocks", "--order", str(order.pk)]) == 0
    assert BlockLook.objects.count() == 2


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--order", "99"], "there is no order 99"),
        (["--recipient", "nobody"], "no recipient is called 'nobody'"),
        (["--run", "99"], "there is no run 99"),
    ],
)
def test_the_command_names_what_it_does_not_know(
    configured: Schema, capsys: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    assert main(["verify-blocks", *arguments]) == 2
    assert told in capsys.readouterr().err


def test_without_vantages_there_is_nowhere_to_look_from(
    tmp_path: Path, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.NARCOWATCH = live.NARCOWATCH.model_copy(update={"data_dir": tmp_path})
    executed()
    assert main(["verify-blocks"]) == 2
    assert "blocking.vantages is empty" in capsys.readouterr().err
    assert look_at_blocks(night_over(live.NARCOWATCH)) == {
        ("skipped", "no vantage is configured"): 1
    }


def test_a_vantage_that_reaches_nothing_makes_the_command_fail(
    configured: Schema, settings: Settings, shop: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    executed()
    shop.silent.add("reference.test")
    reach = configured.blocking.reach.model_copy(update={"timeout_s": 0.5})
    blocking = configured.blocking.model_copy(update={"reach": reach})
    settings.NARCOWATCH = configured.model_copy(update={"blocking": blocking})
    with pytest.raises(SystemExit):
        main(["verify-blocks"])
    assert "failed: 1 reaches no reference: operator" in capsys.readouterr().out


def test_two_processes_do_not_look_at_once(configured: Schema) -> None:
    executed()
    run = new_run()
    with only_one(configured.data_dir / LOCK):
        counted = look_for_run(reach_plan(configured), configured.data_dir, run)
    assert counted == {("skipped", "another process looks at blocks"): 1}
    assert RunCount.objects.get(run=run).stage == "reach"
    assert not BlockLook.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_stage_has_a_process_of_its_own_look(
    tmp_path: Path, configured: Schema, written: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The child reads the record from a file, into which this process's is copied."""
    if connection.vendor != "sqlite":
        pytest.skip("the child's record is a file")
    executed()
    night = night_over(configured)
    with sqlite3.connect(configured.data_dir / "narcowatch.sqlite3") as file:
        connection.connection.backup(file)
    for name, value in variables(written, "NARCOWATCH"):
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("NARCOWATCH_CONFIG", "")
    monkeypatch.setenv("NARCOWATCH_DATA_DIR", str(configured.data_dir))
    assert look_at_blocks(night) == {}
    with sqlite3.connect(configured.data_dir / "narcowatch.sqlite3") as file:
        assert file.execute("SELECT verdict, run_id FROM blocking_blocklook").fetchall() == [
            ("blocked", night.run.pk)
        ]
        counted = file.execute("SELECT name, reason, n FROM cases_runcount ORDER BY name")
        assert counted.fetchall() == [("in", "orders", 1), ("out", "looks: blocked", 1)]
    monkeypatch.setenv("NARCOWATCH_DATA_DIR", str(tmp_path / "nowhere"))
    with pytest.raises(BoundaryError, match="ended with exit code 2"):
        look_at_blocks(night)


def test_the_plan_names_recipients_and_vantages_that_are_none(
    tmp_path: Path, written: dict[str, object]
) -> None:
    pages = tmp_path / "pages.toml"
    pages.write_text('[[fingerprint]]\nname = "x"\nvantages = ["nobody"]\ndns = ["192.0.2.9"]\n')
    values = schema(tmp_path, written)
    reach = values.blocking.reach.model_copy(update={"block_pages": pages})
    blocking = values.blocking.model_copy(update={"reach": reach})
    with pytest.raises(InputError, match="no vantage is called 'nobody'"):
        reach_plan(values.model_copy(update={"blocking": blocking}))
    pages.unlink()
    with pytest.raises(InputError, match=str(pages)):
        reach_plan(values.model_copy(update={"blocking": blocking}))
    first = values.blocking.vantages[0].model_copy(update={"recipients": ("nobody",)})
    blocking = values.blocking.model_copy(update={"vantages": (first,)})
    with pytest.raises(InputError, match=r"vantages\[0\].*no recipient is called 'nobody'"):
        reach_plan(values.model_copy(update={"blocking": blocking}))


def test_the_schedulers_look_leaves_it_to_one_that_is_at_it(
    configured: Schema, capsys: pytest.CaptureFixture[str]
) -> None:
    order = executed()
    with only_one(configured.data_dir / LOCK):
        assert main(["verify-blocks", "--scheduled"]) == 0
        assert "left to the other process" in capsys.readouterr().out
        assert main(["verify-blocks"]) == 2
    assert not BlockLook.objects.filter(order=order).exists()
