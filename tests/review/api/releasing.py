"""Releases with files, for tests of those who take them."""

from __future__ import annotations

from cases.models import Case
from cases.moves import move
from domain.states import CaseState
from tests.blocking.conftest import Confirmed, Time, host
from tests.blocking.house import House


class Releasing:
    """A house whose list changes from release to release."""

    def __init__(self, house: House, confirmed: Confirmed, clock: Time) -> None:
        self.house, self._confirmed, self._clock = house, confirmed, clock
        self.cases = dict[str, Case]()

    def confirm(self, name: str) -> Case:
        """Have two people confirm a host."""
        return self._confirmed(host(name))

    def release(self, *come: str, gone: tuple[str, ...] = ()) -> int:
        """Confirm the hosts that ``come``, withdraw those that are ``gone``, and release. Gives
        the number."""
        self._clock.pass_by(hours=1)
        for name in come:
            self.cases[name] = self.confirm(name)
        for name in gone:
            case = self.cases.pop(name)
            move(case.pk, CaseState.WITHDRAWN, actor="test", reason="wrong", clock=self._clock)
        export = self.house.build().export
        assert export is not None
        self._clock.pass_by(minutes=5)
        self.house.release(export)
        return export.number
