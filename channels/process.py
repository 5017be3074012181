"""The child processes that read a run's channels: one for previews, one for each account."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cases.children import child_command, run_child

EXIT_DONE, EXIT_STOPPED, EXIT_REFUSED = 0, 1, 2


def channels_command(run_id: int) -> list[str]:
    """The command that reads the channels of run ``run_id`` and dies with this process."""
    return child_command("channels", run_id)


def account_command(run_id: int, account: str) -> list[str]:
    """The command that has ``account`` read channels of run ``run_id``; dies with this process."""
    return child_command("channels", run_id, ["--account", account])


def run_account(run_id: int, account: str) -> int:
    """Have ``account`` read in a child process. Returns its exit code (see ``__main__``)."""
    return run_child(account_command(run_id, account))


def run_channels(
    run_id: int,
    *,
    env: Mapping[str, str] | None = None,
    on_progress: Callable[[], None] | None = None,
) -> int:
    """Read the run's channels in a child process (see ``cases.children.run_child``).

    Returns its exit code (see ``__main__``).
    """
    return run_child(channels_command(run_id), env=env, on_progress=on_progress)
