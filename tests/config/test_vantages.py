"""What vantages need to be right, told where they are written."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.errors import SettingsError
from config.loading import load

GOOD = '[[blocking.vantages]]\nname = "a"\nresolver = "192.0.2.53:5353"\n'


def loaded(folder: Path, text: str):
    (folder / "narcowatch.toml").write_text(text, encoding="utf-8")
    return load({}, folder).blocking


def test_a_vantage_needs_a_name_and_a_resolver(tmp_path: Path) -> None:
    (vantage,) = loaded(tmp_path, GOOD).vantages
    assert (vantage.egress, vantage.control, vantage.acknowledged) == ("direct", False, False)
    assert loaded(tmp_path, "").vantages == ()


def test_the_file_of_block_pages_starts_from_the_settings_folder(tmp_path: Path) -> None:
    found = loaded(tmp_path, '[blocking.reach]\nblock_pages = "pages.toml"\n')
    assert found.reach.block_pages == tmp_path / "pages.toml"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (GOOD + GOOD, "two vantages are called 'a'"),
        (
            GOOD + "control = true\n" + GOOD.replace('"a"', '"b"') + "control = true\n",
            "more than one vantage is the control",
        ),
        (GOOD + 'egress = "proxy"\n', "egress is proxy where a proxy is named"),
        (GOOD + 'proxy = "socks5://127.0.0.1:1"\n', "egress is proxy where a proxy is named"),
        (GOOD + 'egress = "proxy"\nproxy = "https://a.kz"\n', "socks5:// or http:// URL"),
        (GOOD + 'control = true\nrecipients = ["b"]\n', "the control stands for nobody"),
        (GOOD.replace("192.0.2.53:5353", "dns.example"), 'must be an address, "ip" or "ip:port"'),
        ("[blocking.reach]\napart_minutes = 59\n", "greater than or equal to 60"),
        ("[blocking.reach]\nreferences = []\n", "references"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(SettingsError) as caught:
        loaded(tmp_path, text)
    assert told in "\n".join(caught.value.problems)
