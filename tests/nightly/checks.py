"""Single checks of the doctor, over an installation that is all right until it is changed."""

from __future__ import annotations

from pathlib import Path

from blocking.gate import Limits
from blocking.plan import ExportPlan, Recipient, RequestRules
from config.schema import CHECKOUT
from nightly.doctor import CHECKS, Finding, Installation, State, examine

BY_ID = {check.id: check for check in CHECKS}


def installation_in(tmp_path: Path) -> Installation:
    """An installation that is all right, in a folder of its own."""
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    lists = CHECKOUT / "config"
    return Installation(
        data_dir=data,
        index_url="",
        model_dir=CHECKOUT / "classifiers" / "model",
        lexicon_dir=lists / "lexicons",
        tor_socks=("127.0.0.1:1",),
        tor_use="auto",
        proxy="",
        test_networks=(),
        production=True,
        own_secret=True,
        render_use="auto",
        render_user="nobody",
        render_unconfined=False,
        exports=ExportPlan(
            folder=data / "exports",
            recipients=(Recipient("operators", ("domains",)),),
            rules=RequestRules(),
            limits=Limits(),
            platforms=lists / "platforms.toml",
            never_block=(lists / "neverblock",),
        ),
        built_file=lists / "__init__.py",
        disk_error_bytes=1,
        disk_warning_bytes=2,
    )


def said(check: str, installation: Installation) -> Finding:
    """What one check finds."""
    (finding,) = examine([BY_ID[check]], installation)
    assert (finding.state is State.OK) == (finding.hint == ""), finding
    return finding
