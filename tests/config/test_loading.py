from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.errors import SettingsError
from config.loading import load
from config.schema import Settings, TorUse


def written(folder: Path, text: str) -> Path:
    path = folder / "narcowatch.toml"
    path.write_text(text, encoding="utf-8")
    return path


def problems(environ: dict[str, str], folder: Path) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        load(environ, folder)
    return caught.value.problems


def test_without_file_and_variables_the_defaults_hold(tmp_path: Path) -> None:
    settings = load({}, tmp_path)
    assert settings == Settings(data_dir=tmp_path / "var")
    assert settings.crawl.obey_robots is False


def test_the_file_in_the_folder_is_read_and_the_environment_wins(tmp_path: Path) -> None:
    written(tmp_path, 'data_dir = "here"\n[crawl]\nmax_pages = 7\nmax_depth = 2\n')
    settings = load({"NARCOWATCH_CRAWL__MAX_PAGES": "9"}, tmp_path)
    assert (settings.crawl.max_pages, settings.crawl.max_depth) == (9, 2)
    assert settings.data_dir == tmp_path / "here"


def test_the_named_file_is_read_and_its_paths_start_from_its_folder(tmp_path: Path) -> None:
    etc = tmp_path / "etc"
    etc.mkdir()
    written(etc, '[channels.telegram]\nkey_file = "key.pem"\n[classify]\nmodel_dir = "/model"\n')
    written(tmp_path, "[crawl]\nmax_pages = 7\n")
    environ = {"NARCOWATCH_CONFIG": "etc/narcowatch.toml", "NARCOWATCH_DATA_DIR": "data"}
    settings = load(environ, tmp_path)
    assert settings.channels.telegram.key_file == etc / "key.pem"
    assert settings.classify.model_dir == Path("/model")
    assert settings.data_dir == tmp_path / "data"
    assert settings.crawl.max_pages == Settings().crawl.max_pages


def test_an_empty_name_of_the_file_means_none(tmp_path: Path) -> None:
    written(tmp_path, "nonsense = 1")
    assert load({"NARCOWATCH_CONFIG": ""}, tmp_path).data_dir == tmp_path / "var"


def test_a_named_file_must_be_there(tmp_path: Path) -> None:
    (line,) = problems({"NARCOWATCH_CONFIG": "no.toml"}, tmp_path)
    assert line == "NARCOWATCH_CONFIG = 'no.toml': there is no such file"


def test_lists_and_tables_come_from_variables_as_json_or_with_commas(tmp_path: Path) -> None:
    networks = [{"name": "world", "cidr": "127.0.0.0/8", "hosts": ["*.test", "*.example"]}]
    settings = load(
        {
            "NARCOWATCH_NET__TEST_NETWORKS": json.dumps(networks),
            "NARCOWATCH_NET__RESOLVER_OVERRIDES": "*.test=127.0.0.1:8080, one.example=10.0.0.1",
            "NARCOWATCH_BLOCKING__GATE__CANARIES": "egov.kz, example.kz",
            "NARCOWATCH_TOR__ENABLED": "off",
            "NARCOWATCH_CRAWL__OBEY_ROBOTS": "yes",
            "NARCOWATCH_CRAWL__DELAY_S": "2",
        },
        tmp_path,
    )
    assert settings.net.test_networks[0].hosts == ("*.test", "*.example")
    assert settings.net.resolver_overrides == {
        "*.test": "127.0.0.1:8080",
        "one.example": "10.0.0.1",
    }
    assert settings.blocking.gate.canaries == ("egov.kz", "example.kz")
    assert settings.tor.enabled is TorUse.OFF
    assert settings.crawl.obey_robots is True
    assert settings.crawl.delay_s == 2.0


def test_costs_are_given_by_language_and_kind_and_none_twice(tmp_path: Path) -> None:
    row = '[[classify.costs]]\nlang = "kk"\nmissed_shop_minutes = 200\n'
    written(tmp_path, row + "late_shop_minutes = 40\n")
    (cost,) = load({}, tmp_path).classify.costs
    assert (cost.lang, cost.kind, cost.look_minutes) == ("kk", "", 10.0)
    written(tmp_path, row + row)
    assert any("two of them are for lang 'kk'" in line for line in problems({}, tmp_path))
    written(tmp_path, row + "late_shop_minutes = 400\n")
    assert any("cannot cost more than a missed" in line for line in problems({}, tmp_path))


def test_every_problem_is_told_at_once_with_key_value_and_what_is_allowed(tmp_path: Path) -> None:
    written(
        tmp_path,
        'nite = 1\n[crawl]\nmax_page = 5\nmax_depth = "deep"\n[net]\ntimeout_s = -1\n'
        '[[net.test_networks]]\nname = "w"\ncidr = "127.0.0.1/8"\nhosts = ["a b"]\n',
    )
    told = problems({"NARCOWATCH_TOR__ENABLED": "maybe", "NARCOWATCH_NET__TIMEOUT": "3"}, tmp_path)
    for expected in (
        "nite in narcowatch.toml = 1: there is no such key",
        "crawl.max_page in narcowatch.toml = 5: there is no such key; the nearest is "
        "crawl.max_pages",
        "crawl.max_depth in narcowatch.toml = 'deep': must be a valid integer",
        "net.timeout_s in narcowatch.toml = -1: must be greater than 0",
        "NARCOWATCH_TOR__ENABLED = 'maybe': must be 'auto', 'on' or 'off'",
        "NARCOWATCH_NET__TIMEOUT = '3': there is no such key; the nearest is "
        "NARCOWATCH_NET__TIMEOUT_S",
    ):
        assert any(line.startswith(expected) for line in told), (expected, told)
    assert any("test_networks.0.cidr" in line and "host bits" in line for line in told)
    assert any("test_networks.0.hosts.0" in line for line in told)
    assert len(told) == 8


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("DATABASE__URL", "mysql://x/y", "sqlite:///PATH"),
        ("DATABASE__URL", "postgresql://host", "must name the database"),
        ("INDEX__URL", "localhost:9200", "http:// or https:// URL"),
        ("TOR__SOCKS", "9050", "HOST:PORT"),
        ("NET__PROXY", "ftp://x", "socks5h://"),
        ("NET__USER_AGENT", "a\nb", "on one line"),
        ("NET__RESOLVER_OVERRIDES", "*.test=localhost:80", "ip:port"),
        ("NET__RESOLVER_OVERRIDES", "*.te st=127.0.0.1", "host name"),
        ("NIGHT__SCHEDULE", "0 1 * *", "five fields"),
        ("NIGHT__SCHEDULE", "0 25 * * *", "hour: '25' is not within 0-23"),
        ("NIGHT__SCHEDULE", "0 1 * * 1", "write mon, tue"),
        ("NIGHT__TIMEZONE", "Asia/Nowhere", "IANA"),
        ("SECRET_KEY", "short", "at least 50 characters"),
        ("CHANNELS__TELEGRAM__API_HASH", "shorthash", "32 characters"),
        ("CLASSIFY__REVIEW_THRESHOLD", "1.5", "less than or equal to 1"),
        ("CLASSIFY__REVIEW_THRESHOLD", "nan", "valid number"),
        ("CRAWL__OBEY_ROBOTS", "perhaps", "valid boolean"),
        ("BLOCKING__RECIPIENTS", '[{"name": "a"}]', "must be given"),
        ("BLOCKING__RECIPIENTS", '[{"name": "a"', "valid array"),
        ("REVIEW__LANGUAGE", "de", "kk"),
        ("DATA_DIR", "", "must be a path"),
    ],
)
def test_a_bad_value_is_refused(tmp_path: Path, variable: str, value: str, said: str) -> None:
    (line,) = problems({f"NARCOWATCH_{variable}": value}, tmp_path)
    assert line.startswith(f"NARCOWATCH_{variable}")
    assert said in line
    assert "short" not in line, "a secret is not shown"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('accounts_key = "hidden"\n', "accounts_key"),
        (
            '[channels.telegram]\napi_hash = "00000000000000000000000000hidden"\n',
            "channels.telegram.api_hash",
        ),
    ],
)
def test_what_gives_accounts_away_is_not_taken_from_a_file_of_settings(
    tmp_path: Path, text: str, key: str
) -> None:
    written(tmp_path, text)
    told = problems({}, tmp_path)
    assert told[0].startswith(f"{key} in narcowatch.toml: must not stand in a file of settings")
    variable = f"NARCOWATCH_{key.upper().replace('.', '__')}"
    assert f"set {variable} in the environment, or name" in told[0]
    assert told[0].endswith(f"in {key}_file")
    assert "hidden" not in "".join(told)
    (tmp_path / "narcowatch.toml").unlink()
    environ = {"NARCOWATCH_ACCOUNTS_KEY": "hidden"}
    settings = load(environ, tmp_path)
    assert settings.accounts_key == "hidden"
    assert "hidden" not in repr(settings)


@pytest.mark.parametrize("schedule", ["*/5 0-6 1,15 */2 mon-fri", "0 1 * * *", "0 1 * * SUN"])
def test_cron_schedules_that_the_scheduler_takes(tmp_path: Path, schedule: str) -> None:
    from apscheduler.triggers.cron import CronTrigger

    settings = load({"NARCOWATCH_NIGHT__SCHEDULE": schedule}, tmp_path)
    assert CronTrigger.from_crontab(settings.night.schedule, timezone="UTC") is not None


def test_two_recipients_of_one_name_are_refused(tmp_path: Path) -> None:
    row = {"name": "a", "formats": ["csv"]}
    (line,) = problems({"NARCOWATCH_BLOCKING__RECIPIENTS": json.dumps([row, row])}, tmp_path)
    assert line == "blocking.recipients: two of them are called 'a'"


def test_production_refuses_what_belongs_to_a_demo(tmp_path: Path) -> None:
    network = [{"name": "w", "cidr": "127.0.0.0/8", "hosts": ["*.test"]}]
    told = problems(
        {
            "NARCOWATCH_PRODUCTION": "1",
            "NARCOWATCH_DEBUG": "1",
            "NARCOWATCH_NET__TEST_NETWORKS": json.dumps(network),
        },
        tmp_path,
    )
    assert [line.partition(":")[0] for line in told] == [
        "secret_key",
        "debug",
        "net.test_networks",
    ]
    good = load({"NARCOWATCH_PRODUCTION": "1", "NARCOWATCH_SECRET_KEY": "k" * 50}, tmp_path)
    assert good.production
    assert "k" * 50 not in repr(good)


def test_a_file_that_is_no_toml_is_named_with_the_line(tmp_path: Path) -> None:
    path = written(tmp_path, "[crawl]\nmax_pages = \n")
    (line,) = problems({}, tmp_path)
    assert line.startswith(f"{path}: ")
    assert "line 2" in line


def test_a_file_with_a_byte_order_mark_and_crlf_is_read(tmp_path: Path) -> None:
    (tmp_path / "narcowatch.toml").write_bytes(b"\xef\xbb\xbf[crawl]\r\nmax_pages = 3\r\n")
    assert load({}, tmp_path).crawl.max_pages == 3


def test_a_plain_value_where_a_section_stands_is_refused(tmp_path: Path) -> None:
    written(tmp_path, 'crawl = "fast"\n')
    told = problems({"NARCOWATCH_CRAWL__MAX_PAGES": "3"}, tmp_path)
    assert len(told) == 1
    assert "'fast'" in told[0]


_NAMES = ["CRAWL__MAX_PAGES", "NET__PROXY", "BLOCKING__RECIPIENTS", "NIGHT__SCHEDULE", "X", "TOR"]


@given(st.dictionaries(st.sampled_from(_NAMES), st.text(max_size=40), max_size=4))
def test_whatever_stands_in_the_environment_it_is_taken_or_refused(
    variables: dict[str, str],
) -> None:
    environ = {f"NARCOWATCH_{name}": value for name, value in variables.items()}
    try:
        settings = load(environ, Path("/nowhere"))
    except SettingsError:
        return
    assert isinstance(settings, Settings)


def test_a_time_stamp_authority_needs_certificates(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="timestamp_ca: must be set"):
        load({"NARCOWATCH_EVIDENCE__TIMESTAMP_URL": "http://tsa.example/"}, tmp_path)


def test_a_top_level_key_below_a_table_is_told_where_it_belongs(tmp_path: Path) -> None:
    recipient = '[[blocking.recipients]]\nname = "a"\nkinds = ["domains"]\n'
    for tables, where in ((recipient, "blocking.recipients.0"), ("[crawl]\n", "crawl")):
        written(tmp_path, f'{tables}accounts_key_file = "key"\n')
        assert problems({}, tmp_path)[-1] == (
            f"{where}.accounts_key_file in narcowatch.toml: accounts_key_file is a top-level key: "
            "put it before the first [table]"
        )


def test_a_word_in_place_of_a_list_is_told_how_a_list_is_written(tmp_path: Path) -> None:
    written(tmp_path, '[channels]\nsearches = "закладки"\n')
    (line,) = problems({}, tmp_path)
    assert line == (
        "channels.searches in narcowatch.toml = 'закладки': must be a list: [\"закладки\"]"
    )
