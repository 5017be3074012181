"""A record whose new hits are told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from cases.models import Case, Person
from index.embedded import EmbeddedEngine
from index.feeding import sync
from net.client import NetConfig
from net.mailing import MailServer
from nightly.alerting import tell
from review import saved_searches
from review.alerts.plan import AlertPlan, Way
from review.models import SavedSearch
from review.searches import Search
from tests.index.shops import shop

HOST = "a.hooks.test"
TO = "one@unit.test"
HOOK = f"https://{HOST}/secret-path"
#: Guarded: no test network lets anything on this machine be reached.
GUARDED = NetConfig(user_agent="narcowatch", timeout_s=10)


class House:
    """A record with an index, and what is told of it."""

    def __init__(self, folder: Path, plan: AlertPlan) -> None:
        self.folder, self.plan = folder, plan
        self.engine = EmbeddedEngine(folder / "index")

    def watch(self, who: Person, way: Way = Way.MAIL, address: str = TO) -> SavedSearch:
        name = f"search {SavedSearch.objects.count()}"
        saved = saved_searches.save(who, name, Search("мефедрон"))
        saved_searches.switch(saved, way, address, self.plan, lambda: self.engine)
        return saved

    def new(self, url: str) -> Case:
        case = shop(url, "секретный текст: купить мефедрон")
        sync(self.engine)
        return case

    def tell(self) -> dict[tuple[str, str], int]:
        return tell(self.plan, self.folder, "", self.folder / "index")


def plan(port: int = 1, net: NetConfig = GUARDED, **mail: object) -> AlertPlan:
    server = MailServer("127.0.0.1", port, "nw@unit.test", "off", timeout_s=10)
    return AlertPlan(
        "https://console.test",
        "en",
        net,
        replace(server, **mail),  # type: ignore[arg-type]
        ("unit.test",),
        ("*.hooks.test",),
    )
