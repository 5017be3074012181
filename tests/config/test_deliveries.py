"""Deliveries as they are written in a file of settings."""

from __future__ import annotations

from pathlib import Path

from config.loading import load

WRITTEN = """
[[blocking.recipients]]
name = "operators"
formats = ["rpz"]
encryption_key = "keys/operators.pem"

[[blocking.deliveries]]
name = "operators-sftp"
recipient = "operators"
to = "sftp://narcowatch@lists.operator.example/incoming"
key_file = "keys/narcowatch-ssh"
known_hosts = "/etc/known"
"""


def test_paths_in_lists_of_tables_start_from_the_settings_folder(tmp_path: Path) -> None:
    (tmp_path / "narcowatch.toml").write_text(WRITTEN, encoding="utf-8")
    blocking = load({}, tmp_path).blocking
    (recipient,), (delivery,) = blocking.recipients, blocking.deliveries
    assert recipient.encryption_key == tmp_path / "keys" / "operators.pem"
    assert delivery.key_file == tmp_path / "keys" / "narcowatch-ssh"
    assert delivery.known_hosts == Path("/etc/known")
