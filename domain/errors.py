"""The one error tree.

::

    NarcowatchError
    ├── InputError              what was given is wrong; trying again cannot help
    │   └── KeyFormatError      a host, URL, onion or channel name that is none
    ├── RuleError               a rule of the house forbids it
    │   ├── MoveError           a case may not move so
    │   ├── FourEyesError       one person cannot be both pairs of eyes
    │   ├── AccessError         the person is not known, or may not do this
    │   └── GateError           an export must not leave the house
    ├── BoundaryError           something outside answered wrongly or not at all
    │   ├── TransportError      a fetch failed
    │   │   └── AddressRefused  the address guard said no
    │   ├── ModelError          the model's files are missing or not the ones expected
    │   ├── EvidenceError       a WARC file cannot be written or read
    │   ├── IndexingError       the search engine failed
    │   └── VaultError          a session of a Telegram account cannot be kept or read
    └── RecordError             the record contradicts itself (a broken audit chain)
"""

from __future__ import annotations


class NarcowatchError(Exception):
    """Base of every error that this project raises on purpose."""


class InputError(NarcowatchError):
    """What was given is wrong; the message names it."""


class KeyFormatError(InputError):
    """A host, URL, onion address or channel name that is none."""


class RuleError(NarcowatchError):
    """A rule of the house forbids it."""


class MoveError(RuleError):
    """A case may not move from its state to the one asked for."""


class FourEyesError(RuleError):
    """One person cannot be both pairs of eyes."""


class AccessError(RuleError):
    """The person is not known, not authenticated, or not allowed to do this."""


class GateError(RuleError):
    """An export must not leave the house; ``findings`` says why, one a line."""

    def __init__(self, message: str, findings: tuple[str, ...] = ()) -> None:
        super().__init__("\n  ".join((message, *findings)))
        self.findings = findings


class BoundaryError(NarcowatchError):
    """Something outside answered wrongly or not at all.

    ``permanent`` says that trying again cannot help.
    """

    def __init__(self, message: str, *, permanent: bool = False) -> None:
        super().__init__(message)
        self.permanent = permanent


class TransportError(BoundaryError):
    """A fetch failed; ``reason`` is the short name it is counted under."""

    def __init__(self, message: str, *, reason: str, permanent: bool = False) -> None:
        super().__init__(message, permanent=permanent)
        self.reason = reason


class AddressRefused(TransportError):
    """The address guard refused to connect."""

    def __init__(self, message: str) -> None:
        super().__init__(message, reason="address_refused", permanent=True)


class ModelError(BoundaryError):
    """The model's files are missing or not the ones expected."""


class EvidenceError(BoundaryError):
    """A WARC file cannot be written or read."""


class IndexingError(BoundaryError):
    """The search engine failed."""


class VaultError(BoundaryError):
    """A session of a Telegram account cannot be kept or read; the message names the file."""


class RecordError(NarcowatchError):
    """The record contradicts itself."""
