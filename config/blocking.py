"""The settings of requests and exports."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field, model_validator

from config.delivering import Delivery
from config.section import Section, key, required, table
from config.values import AbsolutePath, HostPattern, Seconds, ServiceUrl, Share, Slug
from config.vantages import Reach, Vantages


class Scope(StrEnum):
    URL = "url"
    HOST = "host"
    DOMAIN = "domain"
    ONION = "onion"
    TELEGRAM = "telegram"
    IP = "ip"


class Kind(StrEnum):
    REGULATOR = "regulator"
    OPERATOR = "operator"
    HOST = "host"
    REGISTRAR = "registrar"
    PLATFORM = "platform"
    PARTNER = "partner"


class Day(StrEnum):
    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


class Recipient(Section):
    name: Slug = required("What `narcowatch export --recipient` is given.")
    formats: Annotated[tuple[Slug, ...], Field(min_length=1)] = required(
        "Formats written for this recipient."
    )
    territory: Annotated[str, Field(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")] = key(
        "KZ", "Where blocks apply, ISO 3166."
    )
    scopes: Annotated[tuple[Scope, ...], Field(min_length=1)] = key(
        tuple(Scope), "What this recipient can block."
    )
    days: Annotated[tuple[Day, ...], Field(min_length=1)] = key(
        tuple(Day),
        "Days of the week on which a night that begins then builds a release for this recipient. "
        "What must be lifted does not wait for them.",
    )
    encryption_key: AbsolutePath | None = key(
        None,
        "File with the recipient's public key: certificates in PEM (CMS, S/MIME) or an OpenPGP "
        "certificate. What is delivered is encrypted to it; unset for nothing encrypted.",
    )
    kind: Kind = key(
        Kind.REGULATOR,
        "What this recipient is to a request, which names its addressees so; a partner is told of "
        "requests and not asked.",
    )
    title: str = key(
        "", "Name that requests and letters call it by; empty for `name`.", max_length=300
    )
    address: str = key("", "Where letters are addressed to; lines are kept.", max_length=500)
    receipt_certificates: AbsolutePath | None = key(
        None,
        "PEM file with the certificates that must vouch for the signer of this recipient's files "
        "of answers; set, files that are not signed are refused.",
    )


class Gate(Section):
    max_change_share: Share = key(
        0.10, "Largest change against the last export, as a share of it.", "share"
    )
    change_floor: int = key(
        50, "A change of up to this many entries always passes.", "entries", ge=0
    )
    canaries: tuple[HostPattern, ...] = key(
        ("egov.kz", "gov.kz", "kaspi.kz", "google.com", "telegram.org", "wikipedia.org"),
        "Hosts that no export may ever block; an export that does is refused.",
    )


class Authority(Section):
    unit: str = key("", "The unit that asks for blocks, as it signs letters.", max_length=300)
    contact: str = key("", "Where recipients ask back: e-mail or telephone.", max_length=300)


class Statement(Section):
    explanation_kk: str = key(
        "Көрсетілген ресурста Қазақстан Республикасындағы адамдарға есірткі, психотроптық заттар "
        "немесе олардың аналогтары сатуға ұсынылады; мұндай мәліметтерді телекоммуникация "
        "желілерінде таратуға заңмен тыйым салынған.",
        "Why the provisions apply, in Kazakh.",
        max_length=3000,
    )
    explanation_ru: str = key(
        "На указанном ресурсе лицам, находящимся в Республике Казахстан, предлагаются к продаже "
        "наркотические средства, психотропные вещества или их аналоги; распространение таких "
        "сведений в сетях телекоммуникаций запрещено законом.",
        "The same in Russian.",
        max_length=3000,
    )
    explanation_en: str = key(
        "The resource named offers narcotic drugs, psychotropic substances or their analogues for "
        "sale to people in the Republic of Kazakhstan; the law forbids to spread such information "
        "in telecommunication networks.",
        "The same in English.",
        max_length=3000,
    )
    good_faith_kk: str = key(
        "Материалды бөлімшенің екі қызметкері бір-біріне тәуелсіз зерделеп, растады. Бөлімше "
        "осында келтірілген мәліметтердің өзіне белгілі шекте дұрыс әрі толық екенін және шектеу "
        "қажетті ең аз көлемде сұралатынын адал мәлімдейді.",
        "That the request is made in good faith, in Kazakh.",
        max_length=3000,
    )
    good_faith_ru: str = key(
        "Материал независимо друг от друга изучили и подтвердили два сотрудника подразделения. "
        "Подразделение добросовестно заявляет, что изложенные сведения, насколько ему известно, "
        "верны и полны, а ограничение запрашивается в наименьшем необходимом объёме.",
        "The same in Russian.",
        max_length=3000,
    )
    good_faith_en: str = key(
        "Two people of the unit looked at the material independently of each other and confirmed "
        "it. The unit states in good faith that what is said here is, to its knowledge, true and "
        "complete, and that no more is asked to be blocked than is needed.",
        "The same in English.",
        max_length=3000,
    )


class Signing(Section):
    key_file: AbsolutePath | None = key(
        None,
        "PEM file with the private key that signs releases, its certificate and those between it "
        "and a root. Nobody else may read it.",
    )
    key_password_file: AbsolutePath | None = key(
        None, "File whose first line opens that key; unset for a key without a password."
    )
    service_url: ServiceUrl = key(
        "",
        "Signing service that is sent manifests and answers with detached CMS signatures, for a "
        "key or an algorithm that is not kept here. It may stand on a private address.",
    )
    service_timeout_s: Seconds = key(30.0, "Longest time for one signature.", "seconds")
    certificates: AbsolutePath | None = key(
        None,
        "PEM file with the certificates that a signature must be vouched for by before it leaves "
        "the house; unset to take whichever it brings.",
    )
    timestamp: bool = key(
        False, "Whether signatures are time-stamped by the authority of `evidence.timestamp_url`."
    )

    @model_validator(mode="after")
    def _one_signer(self) -> Signing:
        if self.key_file and self.service_url:
            raise ValueError("key_file and service_url: only one of them can sign")
        if self.timestamp and not (self.key_file or self.service_url):
            raise ValueError("timestamp: nothing signs, so there is no signature to stamp")
        return self


_ALL_FORMATS = ("json", "csv", "xml", "rpz", "domains", "urls", "telegram")


_LAW = ("Law of the Republic of Kazakhstan “On Communications”, article 41-1",)
_LAW_IN = {
    "kk": ("«Байланыс туралы» Қазақстан Республикасының Заңы, 41-1-бап",),
    "ru": ("Закон Республики Казахстан «О связи», статья 41-1",),
}


class Blocking(Section):
    recipients: tuple[Recipient, ...] = key(
        (Recipient(name="regulator", formats=_ALL_FORMATS),), "Who gets exports."
    )
    exports_dir: AbsolutePath | None = key(
        None, "Folder of the releases; unset for `exports` in the data directory."
    )
    validity_days: int = key(
        90, "How long a request holds before it is renewed.", "days", ge=1, le=3650
    )
    expiry_notice_days: int = key(
        14,
        "How long before a request runs out people are asked whether to renew it.",
        "days",
        ge=1,
        le=3650,
    )
    law_grounds: Annotated[tuple[str, ...], Field(min_length=1)] = key(
        _LAW, "Provisions named in a request."
    )
    law_grounds_kk: tuple[str, ...] = key(
        (),
        "The same in Kazakh, for letters; empty for those of `law_grounds`, whose default is known "
        "in Kazakh and Russian.",
    )
    law_grounds_ru: tuple[str, ...] = key((), "The same in Russian.")
    networks_file: AbsolutePath | None = key(
        None,
        "Table of address ranges and the autonomous systems that announce them (tab-separated: "
        "first, last, number, country, name). Requests take the number from it; nobody is asked.",
    )
    address_networks: tuple[Annotated[int, Field(ge=1, lt=1 << 32)], ...] = key(
        (),
        "Numbers of autonomous systems in which each customer has addresses of their own: there a "
        "site without a name is blocked by its IP address, where nothing speaks against it. Empty: "
        "no address is ever blocked. Needs `networks_file`, which tells whose an address is.",
    )
    answer_days: int = key(
        3, "After how long without an answer what was sent counts as overdue.", "days", ge=1, le=365
    )
    receipt_max_bytes: int = key(
        5_000_000, "Largest file of answers that is read.", "bytes", ge=1_000, le=100_000_000
    )
    receipt_max_rows: int = key(
        50_000, "Most answers that are read of one file.", "rows", ge=1, le=1_000_000
    )
    deliveries: tuple[Delivery, ...] = key(
        (), "Ways that releases are brought to recipients by. Recipients can fetch them, too."
    )
    delivery_minutes: int = key(
        5,
        "How often the scheduler looks for releases that wait to be delivered.",
        "minutes",
        ge=1,
        le=1_440,
    )
    authority: Authority = table(Authority, "Who asks.")
    statement: Statement = table(Statement, "What requests and letters say beside the provisions.")
    signing: Signing = table(Signing, "Who signs releases.")
    gate: Gate = table(Gate, "Limits that an export must keep.")
    vantages: Vantages = key((), "Where blocks are looked at from.")
    reach: Reach = table(Reach, "Looking whether blocks are there.")

    @model_validator(mode="after")
    def _addresses_are_known(self) -> Blocking:
        if self.address_networks and self.networks_file is None:
            raise ValueError(
                "address_networks: needs a networks_file: without it nothing tells whose an "
                "address is"
            )
        return self

    @model_validator(mode="after")
    def _deliveries_fit(self) -> Blocking:
        recipients = {recipient.name: recipient for recipient in self.recipients}
        names = [delivery.name for delivery in self.deliveries]
        for delivery in self.deliveries:
            if names.count(delivery.name) > 1:
                raise ValueError(f"deliveries: two of them are called {delivery.name!r}")
            if delivery.recipient not in recipients:
                raise ValueError(
                    f"deliveries: {delivery.name} is for {delivery.recipient!r}, which is no "
                    "recipient"
                )
            if (
                delivery.to.startswith("mailto:")
                and not recipients[delivery.recipient].encryption_key
            ):
                raise ValueError(
                    f"deliveries: {delivery.name} goes by mail, which needs an encryption_key of "
                    f"recipient {delivery.recipient}"
                )
        return self

    def grounds_in(self, language: str) -> tuple[str, ...]:
        """The provisions as letters in ``language`` name them, () for ``law_grounds`` as it is."""
        given = {"kk": self.law_grounds_kk, "ru": self.law_grounds_ru}.get(language, ())
        return given or (_LAW_IN.get(language, ()) if self.law_grounds == _LAW else ())
