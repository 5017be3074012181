from django.apps import AppConfig

from config.schema import Settings
from domain.errors import InputError
from net.timestamping import Authority


class ReviewConfig(AppConfig):
    """Commands with which people decide cases."""

    name = "review"
    verbose_name = "Review"


def authority_of(values: Settings) -> Authority | None:
    """The time-stamp authority that ``values`` name, None where they name none.

    Raises InputError when its certificates cannot be read.
    """
    evidence = values.evidence
    if not evidence.timestamp_url or evidence.timestamp_ca is None:
        return None
    try:
        pem = evidence.timestamp_ca.read_bytes()
    except OSError as error:
        raise InputError(f"evidence.timestamp_ca: {error.strerror}: {error.filename}") from error
    return Authority(evidence.timestamp_url, pem, evidence.timestamp_timeout_s)
