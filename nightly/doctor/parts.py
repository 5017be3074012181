"""Checks of what a night needs beside its storage: model, lists, network, machine."""

from __future__ import annotations

import shutil
import stat
import time
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from django.db import DatabaseError

import classifiers
from blocking.exporters import formats_of
from cases.models import AuditEvent, Capture
from cases.presence import database_made
from classifiers.lexicons import read_lexicon
from crawlers.rendering import sandbox
from domain.errors import InputError, ModelError
from net.egress import port_answers
from net.tor_probing import tor_answers
from nightly.doctor.findings import Installation, Said, error, ok, warning

#: Other machines' records, and our own of a moment ago, may be this far ahead.
_TOLERANCE = timedelta(minutes=5)
_SAMPLE_S = 0.05
_SECRET_FILE = "secret_key"


def model_right(installation: Installation) -> Said:
    program = installation.program
    hint = (
        f"go back to the former model: {program} model revert; or restore the shipped one, or "
        f"train one: {program} train --data DIR"
    )
    if installation.model_problem:
        return error(installation.model_problem, hint)
    try:
        lexicon = read_lexicon(installation.lexicon_dir)
        cascade = classifiers.load(installation.model_dir, lexicon)
    except (ModelError, InputError) as failure:
        return error(str(failure), hint)
    return ok(f"model {cascade.version}, threshold {cascade.threshold:.3f}")


def blocking_lists(installation: Installation) -> Said:
    hint = "correct the list, or the recipient's formats in the settings"
    try:
        installation.exports.lists()
        for recipient in installation.exports.recipients:
            formats_of(recipient.formats)
    except InputError as failure:
        return error(str(failure), hint)
    names = ", ".join(recipient.name for recipient in installation.exports.recipients)
    if not names:
        return warning("nobody gets exports", "name recipients in blocking.recipients")
    return ok(f"lists are readable; exports go to {names}")


def tor_port(installation: Installation) -> Said:
    if installation.tor_use == "off":
        return ok("onion sites are switched off")
    silent = [where for where in installation.tor_socks if not tor_answers(where)]
    if not silent:
        return ok(f"SOCKS at {', '.join(installation.tor_socks)}")
    message = f"nothing speaks SOCKS5 at {', '.join(silent)}"
    if len(silent) < len(installation.tor_socks):
        hint = "start that Tor client, or take it out of tor.socks"
        return warning(f"{message}; the other Tor clients take its onions over", hint)
    if installation.tor_use == "on":
        return error(message, "start Tor, or set tor.enabled to off")
    return warning(f"{message}: seeds that are onions will fail", "start Tor, or set tor.socks")


def proxy_answers(installation: Installation) -> Said:
    if not installation.proxy:
        return ok("no proxy is set")
    parts = urlsplit(installation.proxy)
    where = f"{parts.hostname}:{parts.port or _default_port(parts.scheme)}"
    if not port_answers(where):
        return error(f"nothing answers at {where}", "start the proxy, or change net.proxy")
    if not parts.scheme.startswith("http"):
        told = f"channels and Telegram accounts go through {parts.scheme}://, sites are not crawled"
        return warning(told, "to crawl sites, set net.proxy to an http:// proxy, or leave it empty")
    if parts.scheme == "https" and _has_accounts(installation):
        hint = "for accounts, set net.proxy to an http:// or socks5:// proxy"
        return warning("Telegram accounts cannot use an https:// proxy, sites can", hint)
    return ok(
        where if parts.scheme == "http" else f"{where}; Telegram accounts cannot use https://"
    )


def _has_accounts(installation: Installation) -> bool:
    return installation.accounts is not None and bool(installation.accounts.vault.names())


def _default_port(scheme: str) -> int:
    return {"http": 80, "https": 443}.get(scheme, 1080)


def guard_exceptions(installation: Installation) -> Said:
    if not installation.test_networks:
        return ok("the address guard has no exceptions")
    names = ", ".join(installation.test_networks)
    hint = "take net.test_networks out of the settings before real use"
    return warning(f"the address guard lets through: {names}", hint)


def clock_sane(installation: Installation) -> Said:
    """The clock must stand after everything that is already recorded, and must not jump."""
    now = installation.clock()
    hint = "set the clock, and keep it right with NTP"
    built = datetime.fromtimestamp(installation.built_file.stat().st_mtime, UTC)
    if now + _TOLERANCE < built:
        return error(f"it is {now:%Y-%m-%d %H:%M} UTC, before this version was made", hint)
    newest = _newest_record()
    if newest is not None and now + _TOLERANCE < newest:
        return error(f"it is {now:%Y-%m-%d %H:%M} UTC, the record goes to {newest:%F %H:%M}", hint)
    steady, wall = time.monotonic(), installation.clock()
    time.sleep(_SAMPLE_S)
    jump = (installation.clock() - wall).total_seconds() - (time.monotonic() - steady)
    if abs(jump) > 1:
        return warning(f"it jumped by {jump:.1f} s while it was looked at", hint)
    return ok(f"{now:%Y-%m-%d %H:%M:%S} UTC")


def _newest_record() -> datetime | None:
    """When the newest event or capture was recorded; None without a record to ask."""
    if not database_made():
        return None
    try:
        event = AuditEvent.objects.order_by("-seq").first()
        capture = Capture.objects.order_by("-pk").first()
    except DatabaseError:  # the checks of the database tell
        return None
    moments = [capture.fetched_at] if capture else []
    if event:
        moments.append(datetime.fromisoformat(event.at))
    return max(moments, default=None)


def secrets_own(installation: Installation) -> Said:
    kept = installation.data_dir / _SECRET_FILE
    if kept.exists():
        mode = stat.S_IMODE(kept.stat().st_mode)
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            return error(f"{kept} is open to others (mode {mode:o})", f"chmod 600 {kept}")
    if not installation.own_secret:
        return warning(
            "the secret was made here on first use",
            "for real use set secret_key_file (README: For real use) and production = true",
        )
    if not installation.production:
        return warning("production is not switched on", "for real use set production = true")
    return ok("an own secret is set")


def chromium_there(installation: Installation) -> Said:
    """Chromium must be there, and the kernel must be able to shut it in."""
    if installation.render_use == "off":
        return ok("pages are not rendered, as set")
    user = installation.render_user
    if not (why := sandbox.obstacle(user, unconfined=False)):
        return ok(f"{sandbox.chromium()}, shut in")
    if not sandbox.obstacle(user, unconfined=installation.render_unconfined):
        hint = "allow user namespaces, and take render.unconfined out of the settings"
        return warning(f"{sandbox.chromium()} runs without a sandbox", hint)
    hint = (
        "install the system package chromium, allow user namespaces (sysctl "
        "user.max_user_namespaces, or the container's seccomp profile), or set crawl.render to off"
    )
    return warning(f"pages are not rendered: {why}", hint)


def unbound_there(installation: Installation) -> Said:
    found = shutil.which("unbound")
    return ok(found or "not installed: zones are exported without a trial load")
