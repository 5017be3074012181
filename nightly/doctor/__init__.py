"""Start-up checks with stable IDs. To add one: write it, and give it the next ID below."""

from __future__ import annotations

from nightly.doctor import accounts, deliveries, evidence, parts, storage, vantages
from nightly.doctor.findings import Check, Finding, Installation, State, examine

__all__ = ["CHECKS", "Check", "Finding", "Installation", "State", "examine"]

CHECKS = (
    Check("NW001", "data directory", storage.data_dir_writable),
    Check("NW002", "disk space", storage.disk_space),
    Check("NW003", "database", storage.database_reachable),
    Check("NW004", "migrations", storage.database_migrated),
    Check("NW005", "search index", storage.index_writable),
    Check("NW006", "model", parts.model_right),
    Check("NW007", "blocking lists", parts.blocking_lists),
    Check("NW008", "Tor", parts.tor_port),
    Check("NW009", "proxy", parts.proxy_answers),
    Check("NW010", "address guard", parts.guard_exceptions),
    Check("NW011", "clock", parts.clock_sane),
    Check("NW012", "secrets", parts.secrets_own),
    Check("NW013", "Chromium", parts.chromium_there),
    Check("NW014", "Unbound", parts.unbound_there),
    Check("NW015", "settings", storage.settings_right),
    Check("NW016", "time-stamps", evidence.time_stamps),
    Check("NW017", "Telegram accounts", accounts.accounts_ready),
    Check("NW018", "vantages", vantages.vantages_ready),
    Check("NW019", "deliveries", deliveries.deliveries_ready),
)
