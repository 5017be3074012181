from collections.abc import Callable
from functools import cached_property, partial
from pathlib import Path

from django.apps import AppConfig
from django.conf import settings

import config
from blocking.entries import Scope
from blocking.exporters import formats_of
from blocking.gate import Limits
from blocking.plan import LANGUAGES, Bounds, ExportPlan, Kind, Recipient, RequestRules
from blocking.protection import Protection
from blocking.signing.cms import SigningKey
from blocking.signing.pem import certificates_in, first_line, read, secret
from blocking.signing.seal import Seal
from blocking.signing.service import signing_by
from config.blocking import Statement
from config.intake import Intake
from config.schema import Settings
from domain.errors import InputError
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

    def bounds(self) -> Bounds:
        """How much is read of a receipt."""
        blocking = settings.NARCOWATCH.blocking
        return Bounds(blocking.receipt_max_bytes, blocking.receipt_max_rows)


def export_plan(values: Settings) -> ExportPlan:
    """The plan that ``values`` describe. A unit's own never-block lists stand in ``neverblock``
    of the data directory, beside the project's."""
    blocking = values.blocking
    recipients = tuple(
        Recipient(
            name=r.name,
            formats=r.formats,
            territory=r.territory,
            scopes=frozenset(Scope(s) for s in r.scopes),
            kind=Kind(r.kind),
            title=r.title,
            address=r.address,
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
            networks=blocking.networks_file,
        ),
        limits=Limits(
            blocking.gate.max_change_share, blocking.gate.change_floor, blocking.gate.canaries
        ),
        platforms=_LISTS / "platforms.toml",
        never_block=(_LISTS / "neverblock", values.data_dir / "neverblock"),
        letters=values.data_dir / "letters",
    )


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


def _stamping(values: Settings) -> Callable[[bytes], bytes]:
    evidence = values.evidence
    if not evidence.timestamp_url or evidence.timestamp_ca is None:
        raise InputError("blocking.signing.timestamp: evidence.timestamp_url is not set")
    pem = read(evidence.timestamp_ca)
    authority = Authority(evidence.timestamp_url, pem, evidence.timestamp_timeout_s)
    authority.certificates()
    return partial(stamp, authority=authority)
