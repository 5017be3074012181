from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.schema import CHECKOUT
from domain.onion import onion_from_public_key
from domain.seeds import DOCUMENTS, EXPECTATIONS, SeedKind, SeedList, parse_seeds

ONION = onion_from_public_key(bytes(range(32)))
COMMENTS_ALONE = "no seeds: every line is a comment; take the # off one"
BAD_ONION = ("a" if ONION[0] != "a" else "b") + ONION[1:]


def parsed(text: str) -> SeedList:
    return parse_seeds(text.encode())


def told(text: str) -> list[tuple[int, str]]:
    return [(problem.line, problem.reason) for problem in parsed(text).problems]


GOOD = f"""# seeds
[[site]]
url = "HTTPS://Shop.Example:443/a?b=1#c"
notes = '''from
a tip'''
expect = "captcha"

[[onion]]
url = "http://{ONION.upper()}/"

[[channel]]
name = "https://t.me/s/Good_Channel"

[[search]]
query = "соль & мел"
url = "https://engine.example/search?q={{query}}&p=1"
"""


def test_every_kind_of_seed_is_read_with_its_key_and_line() -> None:
    seeds = parsed(GOOD)
    assert seeds.problems == ()
    assert [(seed.kind, str(seed.target), seed.line) for seed in seeds.seeds] == [
        (SeedKind.SITE, "host:shop.example", 2),
        (SeedKind.ONION, f"onion:{ONION}", 8),
        (SeedKind.CHANNEL, "telegram:@good_channel", 11),
        (SeedKind.SEARCH, "url:" + seeds.seeds[3].url, 14),
    ]
    site, onion, channel, search = seeds.seeds
    assert (site.url, site.notes) == ("https://shop.example/a?b=1", "from a tip")
    assert (site.expect, onion.expect) == ("captcha", DOCUMENTS)
    assert onion.url == f"http://{ONION}/"
    assert channel.url == ""
    assert "%26" in search.url
    assert "{" not in search.url


def test_two_queries_of_one_engine_are_two_seeds() -> None:
    text = GOOD + '[[search]]\nquery = "мел"\nurl = "https://engine.example/search?q={query}&p=1"\n'
    assert len(parsed(text).seeds) == 5


def test_an_unknown_section_or_key_is_named_with_the_nearest() -> None:
    text = '[[stie]]\nurl = "https://a.example"\n[[site]]\nurl = "https://b.example"\nnote = "x"\n'
    assert told(text) == [
        (
            1,
            "unknown section [[stie]], there are [[site]], [[onion]], [[channel]], [[search]], "
            "[[tips]], [[ct]]",
        ),
        (5, "unknown key 'note'; did you mean 'notes'?"),
    ]


def test_every_wrong_key_of_a_table_is_told() -> None:
    assert told('[[search]]\nquery = 5\nurll = "x"\nexpect = ""\n') == [
        (1, "[[search]] needs the key 'url'"),
        (2, "query must be text in quotes, and not empty"),
        (3, "unknown key 'urll'; did you mean 'url'?"),
        (4, "expect must be text in quotes, and not empty"),
    ]


def test_urls_that_are_none_are_refused_where_they_stand() -> None:
    for url, why in (
        ("shop.example", "only http and https"),
        ("ftp://shop.example/", "only http and https"),
        ("https://", "without a host"),
        ("https://user:pw@shop.example/", "credentials"),
        ("https://sh op.example/", "blank or control"),
        ("https://-shop-.example/", "not a host name"),
        ("https://shop.example:99999/", "not a URL"),
        (f"http://{ONION}/", "goes under [[onion]]"),
        ("https://t.me/channel", "goes under [[channel]]"),
    ):
        ((line, reason),) = told(f'[[site]]\nnotes = "x"\nurl = "{url}"\n')
        assert line == 3, url
        assert why in reason, url


def test_onions_are_checked() -> None:
    for url, why in (
        (f"http://{BAD_ONION}/", "wrong checksum"),
        ("http://expyuzz4wqqyqhjn.onion/", "16 characters, v3 has 56"),
        ("https://shop.example/", "goes under [[site]]"),
    ):
        ((line, reason),) = told(f'[[onion]]\nurl = "{url}"\n')
        assert line == 2
        assert why in reason


def test_channels_and_searches_are_checked() -> None:
    for name in ("https://t.me/+AbCdEf", "ab", "name with blanks", "https://shop.example/x"):
        ((line, _),) = told(f'[[channel]]\nname = "{name}"\n')
        assert line == 2
    for url in ("https://engine.example/", "https://e.example/{query}/{query}", "{query}"):
        ((line, _),) = told(f'[[search]]\nquery = "x"\nurl = "{url}"\n')
        assert line == 3


def test_an_invite_link_is_called_one() -> None:
    for link in ("https://t.me/+AbCdEf", "t.me/joinchat/AbCdEf", "https://t.me/addlist/AbCdEf"):
        ((_, reason),) = told(f'[[channel]]\nname = "{link}"\n')
        assert reason == f"an invite link; private chats are never joined: '{link}'"


def test_an_expectation_is_documents_or_how_a_fetch_ends() -> None:
    template = '[[channel]]\nname = "some_name"\nexpect = "{}"\n'
    for expect in EXPECTATIONS:
        assert parsed(template.format(expect)).seeds[0].expect == expect
    assert told(template.format("captha")) == [
        (3, "unknown expectation 'captha'; did you mean 'captcha'?")
    ]
    assert told(template.format("ok"))[0][0] == 3


def test_duplicates_are_told_however_they_are_written() -> None:
    assert told(
        '[[site]]\nurl = "https://Shop.example/a"\n'
        '[[site]]\nurl = "http://shop.example./b"\n'
        '[[channel]]\nname = "@One_Name"\n[[channel]]\nname = "t.me/one_name"\n'
    ) == [
        (4, "host:shop.example is named in line 1 already"),
        (8, "telegram:@one_name is named in line 5 already"),
    ]


def test_a_refused_table_does_not_count_as_named() -> None:
    text = (
        '[[site]]\nurl = "https://a.example"\nexpect = "?"\n[[site]]\nurl = "https://a.example"\n'
    )
    assert len(parsed(text).seeds) == 1
    assert len(told(text)) == 1


def test_a_broken_table_does_not_take_the_others_with_it() -> None:
    text = """x = 1
[[site]]
url = "https://one.example
[[site]]
url = "https://two.example"
[[site
url = "https://three.example"
[site]
url = "https://four.example"
[[site]]
url = "https://five.example"
notes = \"\"\"never closed
[[site]]
url = "https://six.example"
notes = \"\"\"closed\"\"\"
[[site]]
url = "https://seven.example"
url = "https://again.example"
[[site]]
url = "https://eight.example"
"""
    seeds = parsed(text)
    assert [seed.target.value for seed in seeds.seeds] == [
        "two.example",
        "six.example",
        "eight.example",
    ]
    lines = [problem.line for problem in seeds.problems]
    assert lines == sorted(lines)
    assert [line for line in lines if line in (1, 3, 6, 8)] == [1, 3, 6, 8]
    assert any(10 <= line <= 12 for line in lines)
    assert any(16 <= line <= 18 for line in lines)
    assert len(lines) == 6
    assert seeds.problems[1].text == 'url = "https://one.example'


def test_a_header_inside_a_string_over_lines_is_text() -> None:
    text = '[[site]]\nurl = "https://a.example"\nnotes = """\n[[site]]\nurl = 1\n[[onion]]\n"""\n'
    seeds = parsed(text)
    assert seeds.problems == ()
    assert seeds.seeds[0].notes == "[[site]] url = 1 [[onion]]"


def test_byte_order_marks_and_line_ends_of_other_systems() -> None:
    data = b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode()
    assert parse_seeds(data).seeds == parsed(GOOD).seeds
    assert "UTF-16" in parse_seeds(GOOD.encode("utf-16")).problems[0].reason


def test_bytes_that_are_not_utf8_are_named_with_their_line() -> None:
    bad = 'url = "https://магазин.example"'.encode("cp1251")
    seeds = parse_seeds(b"[[site]]\n" + bad + b'\n[[site]]\nurl = "https://b.example"\n')
    assert [(problem.line, problem.reason) for problem in seeds.problems] == [(2, "not UTF-8")]
    assert [seed.target.value for seed in seeds.seeds] == ["b.example"]


def test_a_file_without_seeds_is_a_problem() -> None:
    for text in ("", " \n\n", "\ufeff"):
        assert told(text) == [(1, "no seeds: the file is empty")]
    assert told("\n# nothing\n") == [(1, COMMENTS_ALONE)]


def test_notes_are_bounded_and_cannot_steer_a_terminal() -> None:
    for notes in ("x" * 501, "\\u001b[2J", "\\u202e"):
        ((line, _),) = told(f'[[channel]]\nname = "some_name"\nnotes = "{notes}"\n')
        assert line == 3
    ((_, reason),) = told('[[site]]\n"\\u001b[2J" = "x"\nurl = "https://a.example"\n')
    assert "\x1b" not in reason


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        ("url = " + "9" * 5_000, "not read"),
        ("a." * 50_000 + "b = 1", "a line of more than 10000 characters"),
        ("x = " + "[" * 5_000, "nested too deeply"),
    ],
)
def test_a_value_that_cannot_be_read_costs_its_own_table(damage: str, reason: str) -> None:
    good = '[[site]]\nurl = "https://a.example/"\n'
    seeds = parsed(f"{good}[[site]]\n{damage}\n")
    assert len(seeds.seeds) == 1
    ((line, told_reason),) = [(p.line, p.reason) for p in seeds.problems]
    assert line in {3, 4}
    assert reason in told_reason


def test_many_strings_that_never_end_are_told_in_bounded_work() -> None:
    from domain import seed_blocks

    calls = 0
    parse = seed_blocks._parsed

    def counted(*arguments: object) -> object:
        nonlocal calls
        calls += 1
        return parse(*arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(seed_blocks, "_parsed", counted)
        seeds = parsed("[[site]]\nnotes = '''never\n" * 300)
    assert len(seeds.problems) == 300
    assert calls <= 300 * 10


def test_the_digest_follows_the_seeds_alone() -> None:
    assert parsed(GOOD).digest == parsed(GOOD + "# more\n[[nothing]]\n").digest
    assert parsed(GOOD).digest != parsed(GOOD.replace("captcha", "empty")).digest


def test_the_example_file_holds_one_table_of_each_kind() -> None:
    text = (CHECKOUT / "config" / "seeds.toml").read_text(encoding="utf-8")
    assert told(text) == [(1, COMMENTS_ALONE)]
    lines = [
        line[1:] if line.startswith("#") and (line[1:2] == "[" or " = " in line[:10]) else line
        for line in text.splitlines()
    ]
    seeds = parsed("\n".join(lines))
    assert seeds.problems == ()
    assert {seed.kind for seed in seeds.seeds} == set(SeedKind)


_PIECES = st.sampled_from(
    [
        "[[site]]", "[[onion]]", "[[search]]", "[site]", "[[", "]]", "[" * 3000, "\n", "\r", '"""',
        "'''", '"', 'url = "https://a.example"', f'url = "http://{ONION}/"', "name = ", "url=",
        "expect = ", "{query}", "= 1979-05-27", "#", "\\u0000", "\x00", "\ufeff", "[::1]", "%",
        "https://[", "https://\u0130.example", "notes.a.b = 1", "inf", "é", "\U0001f600",
    ]
)  # fmt: skip


@given(st.one_of(st.binary(max_size=300), st.lists(_PIECES, max_size=30).map("\n".join)))
def test_whatever_the_file_holds_it_is_read_or_refused(content: bytes | str) -> None:
    data = content if isinstance(content, bytes) else content.encode()
    seeds = parse_seeds(data)
    assert seeds.seeds or seeds.problems
    assert all(problem.reason and problem.line >= 1 for problem in seeds.problems)
    assert all(problem.text.isprintable() for problem in seeds.problems)


@given(st.text(max_size=60))
def test_whatever_a_url_holds_it_is_read_or_refused(url: str) -> None:
    import json

    for key, section in (("url", "site"), ("url", "onion"), ("name", "channel")):
        seeds = parsed(f"[[{section}]]\n{key} = {json.dumps('https://' + url)}\n")
        assert len(seeds.seeds) + len(seeds.problems) >= 1


def test_files_of_tips_and_of_certificates_are_named_with_their_patterns() -> None:
    text = '[[tips]]\nfile = "in/tips.csv"\n[[ct]]\nfile = "crt.json"\nmatch = "*Shop* *a*"\n'
    seeds = parsed(text)
    assert (seeds.seeds, seeds.problems) == ((), ())
    assert [(file.kind, file.file, file.match, file.line) for file in seeds.files] == [
        ("tips", "in/tips.csv", (), 1),
        ("ct", "crt.json", ("*shop*", "*a*"), 3),
    ]
    assert seeds.digest != parsed(text.replace("crt", "other")).digest
    assert told('[[tips]]\nmatch = "x"\n') == [
        (1, "[[tips]] needs the key 'file'"),
        (2, "unknown key 'match'; there are file, notes"),
    ]
