"""The never-block list and the platform list, asked when people decide and when a request is made.

A hit needs the second person's written reason for an exact URL, and is refused for a host.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from django.apps import apps

from blocking.entries import BY_NAME, Scope
from blocking.findings import Finding
from blocking.neverblock import asked_of
from blocking.protected import in_force
from blocking.protection import Protection
from blocking.scope import Choice
from cases.models import Case
from domain.errors import RuleError
from domain.targets import TargetKind, host_of


def lists(host: str) -> Protection:
    """What the lists say of ``host``: the files, read once, and the record's names, now."""
    files: Protection = apps.get_app_config("blocking").lists  # type: ignore[attr-defined]
    return files.with_names(in_force(asked_of(host)))


def decision_warnings(case: Case) -> list[Finding]:
    """What people should know before they decide: the target's host is shared, protected, or
    looks like a protected one."""
    host = _host(case)
    if not host:
        return []
    protection = lists(host)
    shared = protection.shared(host)
    return [*([shared] if shared else []), *protection.reason_findings(host)]


def check_confirmable(case: Case, reason: str) -> None:
    """Raise RuleError when a confirmation needs a written reason and has none.

    A host on the never-block list can be confirmed with a reason, but is never requested as a
    host; its exact URLs can be.
    """
    host = _host(case)
    hits = lists(host).reason_findings(host) if host else []
    if hits and not reason.strip():
        raise RuleError(f"case {case.pk}: {hits[0]}; confirming it needs a written reason")


def _host(case: Case) -> str:
    match case.target.kind:
        case TargetKind.HOST:
            return case.target.value
        case TargetKind.URL:
            return host_of(case.target.value)
    return ""


def check_choice(choice: Choice, reason: str, protection: Protection) -> tuple[Finding, ...]:
    """The hits that ``reason``, the second person's, overrides; empty when there are none.

    Raises RuleError for a protected or shared host, and for a hit without a reason.
    """
    if choice.scope in BY_NAME or choice.scope is Scope.IP:
        host = choice.values[0]
        if refused := protection.host_findings(host):
            raise RuleError(f"{refused[0]}: refused for a host")
        hosts = [host]
    elif choice.scope is Scope.URL:
        hosts = sorted({urlsplit(url).hostname or "" for url in choice.values})
    else:
        return ()
    hits = tuple(hit for host in hosts for hit in protection.reason_findings(host))
    if hits and not reason:
        raise RuleError(f"{hits[0]}: needs a written reason of the second person")
    return hits
