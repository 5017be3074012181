"""A record with one shop, and its commands as people type them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as live
from pytest_django import Settings

from nightly.cli import main
from tests.cases.bundles.conftest import Shop, shop
from tests.net import authority as tsa
from tests.people import PASSWORD

__all__ = ["shop"]


@pytest.fixture
def configured(tmp_path: Path, settings: Settings):
    """Has the commands work on the shop's evidence, with more settings under ``evidence``."""
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "evidence").symlink_to(tmp_path / "store")

    def configure(**evidence: object) -> None:
        settings.NARCOWATCH = live.NARCOWATCH.model_copy(
            update={
                "data_dir": tmp_path / "var",
                "evidence": live.NARCOWATCH.evidence.model_copy(update=evidence),
            }
        )

    configure()
    return configure


@pytest.fixture
def run(configured, capsys: pytest.CaptureFixture[str]):
    def call(*arguments: str) -> tuple[object, str, str]:
        try:
            code: object = main(arguments)
        except SystemExit as stop:
            code = stop.code
        out = capsys.readouterr()
        return code, out.out, out.err

    return call


@pytest.fixture
def take(run, shop: Shop, tmp_path: Path):
    password = tmp_path / "password"
    password.write_text(PASSWORD)
    password.chmod(0o600)

    def call(user: str = "one", out: Path = tmp_path / "bundle") -> tuple[object, str, str]:
        return run(
            *("evidence", str(shop.case.pk), "--out", str(out), "--user", user),
            *("--password-file", str(password)),
        )

    return call


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory) -> tsa.Authority:
    return tsa.make(tmp_path_factory.mktemp("authority") / "tsa")


@pytest.fixture
def authority(certified: tsa.Authority, configured) -> Iterator[tsa.Authority]:
    certified.queries = 0
    with tsa.serving(certified):
        configured(timestamp_url=certified.url, timestamp_ca=certified.ca)
        yield certified
