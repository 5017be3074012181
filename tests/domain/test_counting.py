from __future__ import annotations

from domain.counting import counted


def test_one_is_one_and_all_others_are_many() -> None:
    assert counted(1, "case") == "1 case"
    assert [counted(n, "entry", "entries") for n in (0, 1, 2)] == [
        "0 entries",
        "1 entry",
        "2 entries",
    ]
