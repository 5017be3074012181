"""Which model is in force: a pointer in the data directory, or else the model that ships.

``models/in-force.json`` is put in place whole or not at all; every model that it names lies in a
folder of its own beside it and is never changed. It is the truth: the audit chain follows it.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from domain.errors import ModelError

MODELS, POINTER = "models", "in-force.json"
SHIPPED = "shipped"


@dataclass(frozen=True, slots=True)
class InForce:
    """The ``serial``-th change: who put ``model`` in the place of ``instead_of``, when and how
    (``adopted``, ``reverted``). ``former`` are the models to go back to, the last one first;
    ``card`` is the digest of the model's card, which names all its other files."""

    serial: int
    action: str
    model: str
    instead_of: str
    former: tuple[str, ...]
    actor: str
    at: str
    card: str

    def as_json(self) -> str:
        """As it stands in the pointer."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n"


#: Before the first adoption.
NONE = InForce(0, "", SHIPPED, "", (), "", "", "")


def read_in_force(models: Path) -> InForce:
    """What the pointer in ``models`` says; ``NONE`` where there is none. Raises ModelError when
    it cannot be read."""
    path = models / POINTER
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        former = tuple(str(name) for name in found.pop("former"))
        value = InForce(former=former, **found)
        if not all(_is_name(name) for name in (value.model, *former)):
            raise ValueError("no name of a model")
    except FileNotFoundError:
        return NONE
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(
            f"which model is in force cannot be read from {path}: {error}", permanent=True
        ) from error
    return value


def _is_name(name: object) -> bool:
    return isinstance(name, str) and name.isalnum()


def folder_of(models: Path, name: str, shipped: Path) -> Path:
    """Where the model called ``name`` lies."""
    return shipped if name == SHIPPED else models / name


def model_in_force(data_dir: Path, shipped: Path) -> Path:
    """The folder of the model in force. Raises ModelError as ``read_in_force``."""
    models = data_dir / MODELS
    return folder_of(models, read_in_force(models).model, shipped)
