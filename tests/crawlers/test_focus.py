from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.focus import INHERITED, NO_LEAD, Lead, LinkModel, Yield

SELLING = Lead(selling=0.95, about_drugs=0.9, inherited=0.9)
URL = "http://one.test/katalog/bosh"
MEAN = 0.05


def worth(model: LinkModel, lead: Lead = NO_LEAD, url: str = URL, **more: object) -> float:
    host = more.get("host", Yield())
    assert isinstance(host, Yield)
    return model.worth(lead, url, int(str(more.get("depth", 1))), host, MEAN)


def test_a_fresh_model_prefers_links_of_selling_pages_and_of_hosts_that_gave() -> None:
    model = LinkModel()
    assert worth(model, SELLING) > worth(model)
    gave = Yield(scored=10, reward=9.0, selling=9)
    assert worth(model, host=gave) > worth(model)
    nothing = Yield(scored=10, reward=0.0)
    assert worth(model, host=nothing) < worth(model)


def test_relevance_is_inherited_and_fades() -> None:
    first = NO_LEAD.onward(0.8, 0.9)
    second = first.onward(0.0, 0.0)
    third = second.onward(0.0, 0.0)
    assert (first.inherited, second.inherited) == (0.8, 0.8 * INHERITED)
    assert third.inherited == 0.8 * INHERITED**2
    assert second.selling == 0.0
    model = LinkModel()
    assert worth(model, first) > worth(model, second) > worth(model, third) > worth(model)


def test_of_two_links_to_one_page_the_better_counts() -> None:
    both = Lead(0.1, 0.9, 0.2, "a").better(Lead(0.7, 0.1, 0.1, "b"))
    assert both == Lead(0.7, 0.9, 0.2, "a")


def test_words_of_anchors_and_urls_are_learned() -> None:
    model, rng = LinkModel(), random.Random(1)
    for _ in range(300):
        sells = rng.random() < 0.3
        anchor = "vitrina tovarov" if sells else "pravila foruma"
        model.learn(Lead(anchor=anchor), URL, 1, Yield(), MEAN, 0.95 if sells else 0.01)
    good, bad = Lead(anchor="vitrina"), Lead(anchor="pravila")
    assert worth(model, good) > 3 * worth(model, bad)


def test_what_misleads_is_unlearned() -> None:
    model = LinkModel()
    before = worth(model, SELLING)
    for _ in range(100):
        model.learn(SELLING, URL, 1, Yield(), MEAN, 0.0)
    assert worth(model, SELLING) < before / 3


@given(
    st.floats(0, 1), st.floats(0, 1), st.text(max_size=50), st.text(max_size=80), st.integers(0, 99)
)
def test_worth_is_a_probability_whatever_is_read(
    selling: float, about: float, anchor: str, path: str, depth: int
) -> None:
    model = LinkModel()
    lead = Lead(selling, about, selling, anchor)
    url = f"http://one.test/{path}"
    model.learn(lead, url, depth, Yield(3, 1.0), MEAN, 1.0)
    assert 0 <= model.worth(lead, url, depth, Yield(3, 1.0), MEAN) <= 1


def test_a_kept_model_is_the_same() -> None:
    model = LinkModel()
    for number in range(50):
        model.learn(SELLING, f"{URL}/w{number}", 2, Yield(), MEAN, number % 2)
    again = LinkModel.load(model.dump())
    assert worth(again, SELLING) == pytest.approx(worth(model, SELLING), rel=1e-5)


@pytest.mark.parametrize("stored", [b"", b"no model", LinkModel().dump()[:200]])
def test_a_damaged_model_is_refused(stored: bytes) -> None:
    with pytest.raises(ValueError, match="no link model"):
        LinkModel.load(stored)


def test_a_yield_of_few_pages_is_drawn_towards_the_mean() -> None:
    found = Yield()
    assert found.rate(0.2) == pytest.approx(0.2)
    found.add(1.0, sells=True)
    assert 0.2 < found.rate(0.2) < 0.5
    for _ in range(50):
        found.add(1.0, sells=True)
    assert found.rate(0.2) > 0.9
    assert found.selling == 51
