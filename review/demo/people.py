"""The people of the tour: one of every group, and colleagues who were there before."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass

from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from cases.models import Person
from cases.people import Role, add_person, change_password

#: Who takes the tour, by group. The first is who it is for.
NAMES: Mapping[str, Role] = {
    "analyst1": Role.ANALYST,
    "analyst2": Role.ANALYST,
    "supervisor1": Role.SUPERVISOR,
    "operator1": Role.OPERATOR,
    "auditor1": Role.AUDITOR,
    "regulator1": Role.REGULATOR,
    "admin1": Role.ADMINISTRATOR,
}
COLLEAGUES = ("colleague1", "colleague2")
_ACTOR = "system:tour"
_WORDS = (
    "amber", "birch", "canyon", "dune", "ember", "falcon", "glacier", "harbour", "island",
    "juniper", "kestrel", "lagoon", "meadow", "nettle", "orchard", "poplar", "quartz", "river",
    "saffron", "tundra", "umbra", "valley", "willow", "yarrow", "zephyr",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Access:
    """How somebody signs in: the authenticator's secret (base 32) and address, the code of now."""

    name: str
    group: str
    secret: str
    uri: str
    code: str


def new_password() -> str:
    """A password of the tour: five words and a number, by chance."""
    return "-".join(
        [*(secrets.choice(_WORDS) for _ in range(5)), str(secrets.randbelow(900) + 100)]
    )


def add_all(recipient: str, password: str) -> dict[str, Person]:
    """Everybody, with their authenticators, which the console asks for as it does everybody."""
    made = {}
    for name, role in {**NAMES, **dict.fromkeys(COLLEAGUES, Role.ANALYST)}.items():
        its = recipient if role is Role.REGULATOR else ""
        person = add_person(name, password, role, actor=_ACTOR, recipient=its)
        change_password(person, password, actor=name)
        TOTPDevice.objects.create(user=person, confirmed=True, name="tour")
        made[name] = person
    return made


def accesses() -> list[Access]:
    """How those who take the tour sign in now."""
    rows = TOTPDevice.objects.filter(user__username__in=[*NAMES], confirmed=True)
    found = {device.user.username: device for device in rows.select_related("user")}
    return [_access(name, found[name]) for name in NAMES if name in found]


def _access(name: str, device: TOTPDevice) -> Access:
    uri = str(device.config_url)
    secret = uri.partition("secret=")[2].partition("&")[0]
    clock = TOTP(device.bin_key, device.step, device.t0, device.digits, device.drift)
    clock.time = time.time()
    return Access(name, NAMES[name].value, secret, uri, f"{clock.token():0{device.digits}d}")
