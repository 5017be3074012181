from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from functools import cached_property, partial
from pathlib import Path

from cryptography.x509 import Certificate
from django.apps import AppConfig
from django.conf import settings

import config
from blocking.cdn import shared_network
from blocking.delivery.way import Way
from blocking.entries import Scope
from blocking.exporters import formats_of
from blocking.gate import Limits
from blocking.plan import LANGUAGES, Bounds, ExportPlan, Kind, Recipient, RequestRules
from blocking.protection import Protection
from blocking.reach.fingerprints import Fingerprints, parse_fingerprints
from blocking.reach.plan import Bounds as ReachBounds
from blocking.reach.plan import Network, ReachPlan, Times, Vantage
from blocking.signing.cms import SigningKey
from blocking.signing.pem import certificates_in, first_line, read, secret
from blocking.signing.seal import Seal
from blocking.signing.service import signing_by
from config.blocking import Day, Statement
from config.intake import Intake
from config.schema import Settings
from domain.errors import InputError
from net.addresses import TestNetwork
from net.mailing import MailServer
from net.services import Service
from net.timestamping import Authority, stamp

_LISTS = Path(config.__file__).parent


class BlockingConfig(AppConfig):
    """Requests and exports."""

    name = "blocking"

    @cached_property
    def lists(self) -> Protection:
        """The list files of this installation, read when they are first asked for."""
        return export_plan(settings.NARCOWATCH).lists()

    def checked_plan(self) -> ExportPlan:
        """The plan of this installation, for pages. Raises as ``checked_export_plan`` does."""
        return checked_export_plan(settings.NARCOWATCH)

    def exports(self) -> Path:
        """Where exports lie."""
        return export_plan(settings.NARCOWATCH).folder

    def unit(self) -> str:
        """The unit that asks for blocks."""
        return export_plan(settings.NARCOWATCH).rules.unit

    def bounds(self) -> Bounds:
        """How much is read of a receipt."""
        blocking = settings.NARCOWATCH.blocking
        return Bounds(blocking.receipt_max_bytes, blocking.receipt_max_rows)

    def trusted(self, recipient: str) -> tuple[Certificate, ...]:
        """The certificates that vouch for the signed answers of ``recipient``, none where its
        answers need no signature. Raises InputError naming a file that holds none."""
        for one in settings.NARCOWATCH.blocking.recipients:
            if one.name == recipient and one.receipt_certificates:
                return certificates_in(one.receipt_certificates)
        return ()


def export_plan(values: Settings) -> ExportPlan:
    """The plan that ``values`` describe. A unit's own never-block lists stand in ``neverblock``
    of the data directory, beside the project's."""
    blocking = values.blocking
    recipients = tuple(
        Recipient(
            name=r.name,
            formats=r.formats,
            territory=r.territory,
            scopes=frozenset(map(Scope, r.scopes)),
            kind=Kind(r.kind),
            title=r.title,
            address=r.address,
            certificates=r.receipt_certificates,
            days=frozenset(list(Day).index(day) for day in r.days),
        )
        for r in blocking.recipients
    )
    return ExportPlan(
        folder=values.blocking.exports_dir or values.data_dir / "exports",
        recipients=recipients,
        rules=RequestRules(
            unit=blocking.authority.unit,
            contact=blocking.authority.contact,
            law=blocking.law_grounds,
            law_in={language: blocking.grounds_in(language) for language in LANGUAGES},
            validity_days=blocking.validity_days,
            explanation=_texts(blocking.statement, "explanation"),
            good_faith=_texts(blocking.statement, "good_faith"),
            recheck_days=values.recheck.ordered_days,
            appeal_url=appeal_url(values.intake),
            appeal_days=values.intake.appeal_days,
            recipients=recipients,
            store=values.data_dir / "evidence",
            notice_days=blocking.expiry_notice_days,
            networks=blocking.networks_file,
            address_networks=_address_networks(blocking.address_networks),
        ),
        limits=Limits(
            blocking.gate.max_change_share, blocking.gate.change_floor, blocking.gate.canaries
        ),
        platforms=_LISTS / "platforms.toml",
        never_block=(_LISTS / "neverblock", values.data_dir / "neverblock"),
        letters=values.data_dir / "letters",
    )


def _address_networks(numbers: Iterable[int]) -> frozenset[int]:
    """Raises InputError for a network of caches or a cloud, whose addresses many share."""
    for number in numbers:
        if whose := shared_network(number):
            raise InputError(
                f"blocking.address_networks: AS {number} is {whose}, behind which many live"
            )
    return frozenset(numbers)


def _texts(statement: Statement, name: str) -> dict[str, str]:
    return {language: getattr(statement, f"{name}_{language}") for language in LANGUAGES}


def appeal_url(intake: Intake) -> str:
    """Where the public pages take appeals, "" while nobody outside can reach them."""
    return f"https://{intake.hosts[0]}/appeal" if intake.https and intake.hosts else ""


def checked_export_plan(values: Settings) -> ExportPlan:
    """The plan, for a command that is about to build or release by it, or to start a night.

    Raises InputError for what is wrong with it, before anything is begun: formats of which there
    are none (with the setting's name and those that there are), lists that cannot be read.
    """
    plan = export_plan(values)
    for number, recipient in enumerate(plan.recipients):
        try:
            formats_of(recipient.formats)
        except InputError as error:
            raise InputError(
                f"blocking.recipients[{number}].formats (recipient {recipient.name}): {error}"
            ) from error
        if recipient.certificates is not None:
            certificates_in(recipient.certificates)
    plan.lists()
    return plan


def seal_of(values: Settings) -> Seal | None:
    """How releases are sealed, None where nothing signs them.

    Raises InputError for a key, certificates or an authority that cannot be used.
    """
    signing = values.blocking.signing
    sign: Callable[[bytes], bytes]
    if signing.key_file:
        password = signing.key_password_file and first_line(signing.key_password_file)
        pem = secret(signing.key_file)
        sign = SigningKey.from_pem(pem, str(signing.key_file), password or None).sign
    elif signing.service_url:
        sign = signing_by(Service(signing.service_url, signing.service_timeout_s))
    else:
        return None
    trusted = certificates_in(signing.certificates) if signing.certificates else ()
    return Seal(sign, trusted, _stamping(values) if signing.timestamp else None)


def mail_server(values: Settings) -> MailServer | None:
    """Where mail is handed in, None where ``values`` name no server."""
    review = values.review
    if not review.mail_host:
        return None
    return MailServer(
        host=review.mail_host,
        port=review.mail_port,
        sender=review.mail_sender,
        tls=review.mail_tls.value,
        user=review.mail_user,
        password=review.mail_password,
        timeout_s=values.net.timeout_s,
    )


def reach_plan(values: Settings) -> ReachPlan:
    """How ``values`` have blocks looked at.

    Raises InputError for a file of block pages that cannot be read, and for a vantage of a
    recipient or a fingerprint of a vantage that there is none of.
    """
    reach, vantages, net = values.blocking.reach, values.blocking.vantages, values.net
    _check_recipients(values)
    return ReachPlan(
        vantages=tuple(
            Vantage(
                one.name,
                one.resolver,
                one.proxy,
                one.control,
                frozenset(one.recipients),
                one.acknowledged,
            )
            for one in vantages
        ),
        references=reach.references,
        fingerprints=_fingerprints(values),
        network=Network(
            net.user_agent,
            tuple(TestNetwork.of(one.name, one.cidr, one.hosts) for one in net.test_networks),
            net.resolver_overrides,
        ),
        bounds=ReachBounds(
            seconds=reach.timeout_s,
            body_bytes=reach.max_body_bytes,
            at_once=reach.concurrency,
            orders=reach.max_orders,
            urls=reach.max_urls,
            siblings=reach.max_siblings,
            pool=reach.neighbour_pool,
        ),
        times=Times(
            apart=timedelta(minutes=reach.apart_minutes),
            verified=timedelta(days=reach.verified_days),
            lifted=timedelta(days=reach.lifted_days),
        ),
    )


def _check_recipients(values: Settings) -> None:
    known = {one.name for one in values.blocking.recipients}
    for number, one in enumerate(values.blocking.vantages):
        if missing := sorted({*one.recipients} - known):
            raise InputError(
                f"blocking.vantages[{number}].recipients (vantage {one.name}): no recipient is "
                f"called {missing[0]!r}: {', '.join(sorted(known))}"
            )


def _fingerprints(values: Settings) -> Fingerprints:
    path = values.blocking.reach.block_pages
    if path is None:
        return Fingerprints()
    found = parse_fingerprints(read(path), str(path))
    known = {one.name for one in values.blocking.vantages}
    for one in found.rows:
        if missing := sorted(one.vantages - known):
            raise InputError(f"{path}: {one.name}: no vantage is called {missing[0]!r}")
    return found


def _stamping(values: Settings) -> Callable[[bytes], bytes]:
    evidence = values.evidence
    if not evidence.timestamp_url or evidence.timestamp_ca is None:
        raise InputError("blocking.signing.timestamp: evidence.timestamp_url is not set")
    pem = read(evidence.timestamp_ca)
    authority = Authority(evidence.timestamp_url, pem, evidence.timestamp_timeout_s)
    authority.certificates()
    return partial(stamp, authority=authority)


def ways_of(values: Settings) -> tuple[Way, ...]:
    """The ways that releases go by.

    Raises InputError where mail is one of them and there is no server to hand it in at.
    """
    keys = {one.name: one.encryption_key for one in values.blocking.recipients}
    mail = mail_server(values)
    ways = tuple(
        Way(
            name=one.name,
            recipient=one.recipient,
            to=one.to,
            key_file=one.key_file,
            key_password_file=one.key_password_file,
            known_hosts=one.known_hosts,
            certificate_file=one.certificate_file,
            ca_file=one.ca_file,
            timeout_s=one.timeout_s,
            encryption_key=keys[one.recipient],
            mail=mail and replace(mail, timeout_s=one.timeout_s),
        )
        for one in values.blocking.deliveries
    )
    if mail is None:
        for way in ways:
            if way.scheme == "mailto":
                raise InputError(f"blocking.deliveries: {way.name} needs review.mail_host")
    return ways
