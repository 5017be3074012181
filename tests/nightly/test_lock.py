from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from domain.errors import RuleError
from nightly.lock import only_one

HOLD = textwrap.dedent(
    """
    import sys
    from pathlib import Path
    from nightly.lock import only_one
    with only_one(Path(sys.argv[1])):
        print("held", flush=True)
        sys.stdin.read()
    """
)


def test_a_second_run_is_refused_and_told_by_whom(tmp_path: Path) -> None:
    path = tmp_path / "night.lock"
    command = [sys.executable, "-c", HOLD, str(path)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(RuleError, match=str(other.pid)), only_one(path):
            pytest.fail("two at once")
        other.kill()
    with only_one(path):
        assert path.read_text().strip().isdecimal()
