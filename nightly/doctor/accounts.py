"""The check of Telegram accounts: key, sessions, and whether one was lost."""

from __future__ import annotations

from django.db import DatabaseError

from cases.presence import database_made
from channels.accounts import pool
from channels.accounts.plan import AccountsPlan
from channels.models import TelegramAccount
from domain.errors import InputError, VaultError
from nightly.doctor.findings import Installation, Said, error, ok, warning


def accounts_ready(installation: Installation) -> Said:
    """Whether every account can sign in by what is kept here; Telegram itself is not asked."""
    plan, program = installation.accounts, installation.program
    if plan is None:
        return ok("not looked at")
    names, lost = _accounts()
    if not (names or lost or plan.vault.names() or plan.vault.keys.there()):
        return ok("no accounts: channels without a preview are not read")
    try:
        if obstacle := _obstacle(plan, names):
            return error(obstacle, f"log in anew: {program} channels login NAME")
        stale = plan.vault.stale()
    except (VaultError, InputError) as failure:
        return error(str(failure), "docs/operating.md tells what accounts need")
    if lost:
        told = ", ".join(f"{row.name} ({row.reason})" for row in lost)
        hint = f"{program} channels login NAME, or {program} channels retire NAME"
        return warning(f"Telegram took away: {told}; {len(names)} left", hint)
    if stale or len(plan.vault.keys.ring().keys) > 1:
        hint = f"run: {program} channels key --rotate"
        return warning("the key was changed, and not to the end", hint)
    key = plan.vault.keys
    beside = not key.in_environment and key.path.is_relative_to(installation.data_dir)
    if beside and installation.production:
        hint = "move it where no backup of the sessions goes, and set accounts_key_file"
        return warning(f"the key lies beside what it encrypts: {key.path}", hint)
    return ok(f"{len(names)} active, key from {key.origin}")


def _accounts() -> tuple[list[str], list[TelegramAccount]]:
    """Active and lost accounts; none without a record to ask."""
    if not database_made():
        return [], []
    try:
        return pool.active(), pool.lost()
    except DatabaseError:  # the checks of the database tell
        return [], []


def _obstacle(plan: AccountsPlan, names: list[str]) -> str:
    """Active accounts that have no session. Raises what is wrong with key or files."""
    plan.vault.ring()
    if names:
        plan.hash_of_api()
    there = plan.vault.names()
    for name in there:
        plan.vault.load(name)
    gone = [name for name in names if name not in there]
    return f"no session in {plan.vault.folder}: {', '.join(gone)}" if gone else ""
