"""ONNX Runtime, loaded when an encoder is, and kept from reporting to its maker."""

from __future__ import annotations

import os
from types import ModuleType

# Its official builds send trace events to Microsoft over HTTPS, from a thread of their own, and
# keep an id of the machine in the user's cache folder, unless this is set before they are first
# loaded (its Privacy.md). To switch that off by its API comes too late for the first event.
_SILENCED = "ORT_DISABLE_TELEMETRY"


def runtime() -> ModuleType:
    """The module ``onnxruntime``: whatever needs it asks for it here."""
    os.environ[_SILENCED] = "1"
    import onnxruntime

    module: ModuleType = onnxruntime
    return module
