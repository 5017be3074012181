"""What one Telegram account may ask for."""

from __future__ import annotations

from config.section import Section, key


class Budgets(Section):
    """Cautious ones: what Telegram allows it does not tell, and whoever goes too far waits for
    most of a day."""

    resolves_per_day: int = key(
        40, "Names looked up, the scarcest request of all.", "requests", ge=0
    )
    history_calls_per_hour: int = key(600, "Pages of 100 posts read.", "requests", ge=0)
    infos_per_day: int = key(200, "Descriptions of channels asked for.", "requests", ge=0)
    similar_per_day: int = key(40, "Lists of similar channels asked for.", "requests", ge=0)
    searches_per_day: int = key(40, "Searches for channels and posts.", "requests", ge=0)
    others_per_hour: int = key(
        300, "All other requests, those of each connection among them.", "requests", ge=0
    )
