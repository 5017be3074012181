"""ONNX Runtime is loaded in one way: without reports to its maker, threads or files of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.classifiers.encoders import write_encoder
from tests.test_layout import ROOMS, ROOT, imported, tracked

_SCRIPT = """
import json, os, sys
from pathlib import Path
from classifiers.transformer.network import Network
Network(Path(sys.argv[1])).logits(["чай"] * 50)
json.dump({"threads": len(os.listdir("/proc/self/task")), "sockets": [
    one for one in os.listdir("/proc/self/fd")
    if os.path.islink(f"/proc/self/fd/{one}")
    and os.readlink(f"/proc/self/fd/{one}").startswith("socket:")
]}, sys.stdout)
"""


def test_an_encoder_leaves_no_thread_no_socket_and_no_file(tmp_path: Path) -> None:
    write_encoder(tmp_path / "model", {"чай": (0.0, 0.0, 1.0)})
    home = tmp_path / "home"
    home.mkdir()
    single = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}  # numpy's own threads
    unset = {"ORT_DISABLE_TELEMETRY", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"}
    environment = {name: value for name, value in os.environ.items() if name not in unset}
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT, str(tmp_path / "model")], cwd=ROOT, check=True,
        env={**environment, **single, "HOME": str(home)}, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert json.loads(done.stdout) == {"threads": 1, "sockets": []}
    assert list(home.rglob("*")) == []


def test_nothing_loads_it_past_the_switch() -> None:
    files = {
        str(path.relative_to(ROOT)): path
        for path in tracked("*.py")
        if path.relative_to(ROOT).parts[0] in ROOMS
    }
    loading = {
        name
        for name, path in files.items()
        if any(module == "onnxruntime" for _, module in imported(path))
    }
    switch, exporting = (
        f"classifiers/{rest}.py"
        for rest in ("transformer/runtime", "training/transformer/exporting")
    )
    assert loading == {switch, exporting}
    assert "runtime()  # before any part of it" in files[exporting].read_text("utf-8")
