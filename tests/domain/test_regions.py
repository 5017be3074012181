"""Regions of Kazakhstan in both languages and every case."""

import pytest

from domain.gazetteer import GAZETTEER
from domain.regions import REGION_NAMES, codes_named, find_regions, regions_of


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("клиника в караганде", "KZ-35"),
        ("қарағандыда жаңа мектеп", "KZ-35"),
        ("поезд из шымкента", "KZ-79"),
        ("шымкенттен келдік", "KZ-79"),
        ("под усть-каменогорском", "KZ-63"),
        ("өскеменнің көшелері", "KZ-63"),
        ("кызылординской областью", "KZ-43"),
        ("жезказгану и улытау", "KZ-62"),
        ("астанадағы кездесу", "KZ-71"),
        ("flat in almaty", "KZ-75"),
        ("область абай", "KZ-10"),
        ("талдыкорганом", "KZ-33"),
    ],
)
def test_a_place_is_known_in_any_case(text: str, code: str) -> None:
    assert regions_of(text) == (code,)


def test_the_city_and_the_region_of_one_name_are_kept_apart() -> None:
    assert regions_of("алматы") == ("KZ-75",)
    assert regions_of("алматы облысы") == ("KZ-19",)


def test_a_shared_name_is_left_open() -> None:
    assert regions_of("приехал из аксу") == ("KZ-55", "KZ-63")
    assert find_regions("аксу")[0].codes == ("KZ-55", "KZ-63")


def test_a_neighbour_settles_a_shared_name() -> None:
    assert regions_of("павлодар, аксу") == ("KZ-55",)


def test_a_street_and_a_poet_are_no_region() -> None:
    assert regions_of("улица абая, стихи абая") == ()


def test_most_named_comes_first() -> None:
    assert regions_of("актау, тараз, тараз") == ("KZ-31", "KZ-47")


def test_every_region_has_a_name_and_places() -> None:
    assert set(GAZETTEER) == set(REGION_NAMES)
    assert len(GAZETTEER) == 17 + 3


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("KZ-75", ("KZ-75",)),
        ("kz-75", ("KZ-75",)),
        ("Almaty", ("KZ-75",)),
        ("almaty region", ("KZ-19",)),
        ("Abai", ("KZ-10",)),
        ("Шымкент", ("KZ-79",)),
        ("қонаев", ("KZ-19",)),
        ("nowhere", ()),
        ("KZ-99", ()),
        ("", ()),
    ],
)
def test_a_region_is_named_by_code_or_name(name: str, codes: tuple[str, ...]) -> None:
    assert codes_named(name) == codes
