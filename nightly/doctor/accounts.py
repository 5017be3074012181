"""The check of Telegram accounts: key, sessions, and whether one was lost."""

from __future__ import annotations

from django.db import DatabaseError

from cases.presence import database_made
from channels.accounts import pool
from channels.accounts.budgets import RequestClass
from channels.accounts.plan import AccountsPlan
from channels.models import TelegramAccount
from domain.errors import InputError, VaultError
from nightly.doctor.findings import Installation, Said, error, ok, warning

#: Without these an account connects to no avail, or not at all.
_TO_READ = (RequestClass.OTHER, RequestClass.HISTORY)


def accounts_ready(installation: Installation) -> Said:
    """Whether every account can sign in by what is kept here; Telegram itself is not asked."""
    plan, program = installation.accounts, installation.program
    if plan is None:
        return ok("not looked at")
    names, lost = _accounts()
    if not (names or lost or plan.vault.names() or plan.vault.keys.there()):
        if unasked := _unasked(plan, names, installation.searches):
            return unasked
        return ok("no accounts: channels without a preview are not read")
    try:
        if obstacle := _obstacle(plan, names):
            return error(obstacle, f"log in anew: {program} channels login NAME")
        stale = plan.vault.stale()
    except (VaultError, InputError) as failure:
        return error(str(failure), "docs/telegram.md tells what accounts need")
    if lost:
        told = ", ".join(f"{row.name} ({row.reason})" for row in lost)
        hint = f"{program} channels login NAME, or {program} channels retire NAME"
        return warning(f"Telegram took away: {told}; {len(names)} left", hint)
    if stale or len(plan.vault.keys.ring().keys) > 1:
        hint = f"run: {program} channels key --rotate"
        return warning("the key was changed, and not to the end", hint)
    if unasked := _unasked(plan, names, installation.searches):
        return unasked
    key = plan.vault.keys
    beside = not key.in_environment and key.path.is_relative_to(installation.data_dir)
    if beside and installation.production and plan.vault.names():
        hint = "move it where no backup of the sessions goes, and set accounts_key_file"
        return warning(f"the key lies beside what it encrypts: {key.path}", hint)
    return ok(f"{len(names)} active, key from {key.origin}")


def _unasked(plan: AccountsPlan, names: list[str], searches: int) -> Said | None:
    """A warning of what settings want of accounts and no account can do."""
    if searches and not names:
        hint = "log in an account, or empty channels.searches"
        return warning(f"nobody can make the {searches} of channels.searches: no account", hint)
    needed = [*_TO_READ, RequestClass.SEARCH] if searches else [*_TO_READ]
    nothing = [kind for kind in needed if names and not plan.allows(kind)]
    if not nothing:
        return None
    told = ", ".join(f"channels.telegram.budgets.{kind.setting} = 0" for kind in nothing)
    reads = any(kind in _TO_READ for kind in nothing)
    lost = "no account reads anything" if reads else "nobody can make channels.searches"
    return warning(f"{told}: {lost}", "raise the budget, or take the setting out")


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
