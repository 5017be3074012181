"""How far a night is: bars on a terminal, one line a stage elsewhere."""

from __future__ import annotations

from types import TracebackType
from typing import Protocol, Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)


class Reporter(Protocol):
    """What stages tell about their progress."""

    def begin(self, stage: str, total: int | None = None) -> None: ...
    def at(self, done: int, total: int | None = None, note: str = "") -> None: ...
    def end(self, note: str = "") -> None: ...


class Bars:
    """Progress on a console: bars when it is a terminal, plain lines when it is not."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[note]}"),
            console=console,
            disable=not console.is_terminal,
        )
        self._task: TaskID | None = None
        self._stage = ""
        self._deaf = False

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def begin(self, stage: str, total: int | None = None) -> None:
        self._stage = stage
        self._task = self._progress.add_task(stage, total=total, note="")

    def at(self, done: int, total: int | None = None, note: str = "") -> None:
        if self._task is not None:
            self._progress.update(self._task, completed=done, note=note)
            if total is not None:
                self._progress.update(self._task, total=total)

    def end(self, note: str = "") -> None:
        if self._task is not None:
            done = self._progress.tasks[self._progress.task_ids.index(self._task)].completed
            self._progress.update(self._task, total=done, completed=done, note=note)
            self._progress.stop_task(self._task)
        if not self._console.is_terminal:
            self._say(f"{self._stage}: {note}")
        self._task = None

    def _say(self, line: str) -> None:
        """Print a line; that nobody listens any more must not stop a night."""
        if self._deaf:
            return
        try:
            self._console.print(line, markup=False, highlight=False)
        except BrokenPipeError:
            self._deaf = True


class Quiet:
    """Tells nobody."""

    def begin(self, stage: str, total: int | None = None) -> None:
        """Nobody listens."""

    def at(self, done: int, total: int | None = None, note: str = "") -> None:
        """Nobody listens."""

    def end(self, note: str = "") -> None:
        """Nobody listens."""
