"""The doctor says what is wrong with the vantages."""

from __future__ import annotations

from dataclasses import replace

from blocking.reach.plan import Vantage
from nightly.doctor import Installation, State
from tests.blocking.reach.world import closed_port, plan_over, site
from tests.nightly.checks import said

HERE = Vantage("operator", "192.0.2.53", acknowledged=True)
CONTROL = Vantage("control", "192.0.2.54", control=True, acknowledged=True)


def with_vantages(installation: Installation, *vantages: Vantage) -> Installation:
    return replace(installation, reach=plan_over(*vantages, moved={}))


def test_without_vantages_nothing_is_looked_at_and_that_is_said(installation: Installation) -> None:
    for known in (installation, with_vantages(installation)):
        finding = said("NW018", known)
        assert finding.state is State.OK
        assert "no vantage is set" in finding.message


def test_vantages_with_a_control_are_ready(installation: Installation) -> None:
    finding = said("NW018", with_vantages(installation, HERE, CONTROL))
    assert finding.state is State.OK
    assert "operator, control" in finding.message


def test_what_would_keep_looks_from_saying_anything_is_named(installation: Installation) -> None:
    alone = said("NW018", with_vantages(installation, HERE))
    assert (alone.state, "no control" in alone.message) == (State.WARNING, True)
    unknown = said("NW018", with_vantages(installation, replace(HERE, acknowledged=False), CONTROL))
    assert (unknown.state, "nothing leaves by operator" in unknown.message) == (State.WARNING, True)
    wrong = said("NW018", replace(installation, reach_problem="pages.toml: it is wrong"))
    assert (wrong.state, wrong.message) == (State.ERROR, "pages.toml: it is wrong")


def test_a_proxy_that_is_not_there_is_named_without_its_password(
    installation: Installation,
) -> None:
    port = closed_port()
    far = replace(HERE, proxy=f"socks5://user:word@127.0.0.1:{port}")
    finding = said("NW018", with_vantages(installation, far, CONTROL))
    assert finding.message == f"vantage operator: nothing answers at 127.0.0.1:{port}"
    with site() as proxy:
        there = replace(HERE, proxy=f"http://127.0.0.1:{proxy.port}")
        assert said("NW018", with_vantages(installation, there, CONTROL)).state is State.OK
