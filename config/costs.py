"""What errors and looks cost, from which bands of the review queue follow."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from config.section import Section, key

Minutes = Annotated[float, Field(gt=0, le=1_000_000)]


class Cost(Section):
    lang: Annotated[str, Field(pattern="^(|ru|kk|en|mixed)$")] = key(
        "", "Language that these costs hold for: ru, kk, en or mixed; empty for all others."
    )
    kind: Annotated[str, Field(pattern="^(|site|channel)$")] = key(
        "", "Kind that they hold for: site or channel; empty for both. It goes before the language."
    )
    look_minutes: Minutes = key(10.0, "What an analyst's look at one case takes.", "minutes")
    missed_shop_minutes: Minutes | None = key(
        None,
        "How many minutes of looking one missed shop is worth. A case is queued where its "
        "probability times this exceeds a look; unset for the model's own threshold.",
        "minutes",
    )
    late_shop_minutes: Minutes | None = key(
        None,
        "How many minutes of looking a shop is worth that is found late. A case is looked at first "
        "where its probability times this exceeds a look; unset for none.",
        "minutes",
    )

    @model_validator(mode="after")
    def _late_is_less(self) -> Cost:
        missed, late = self.missed_shop_minutes, self.late_shop_minutes
        if missed is not None and late is not None and late > missed:
            raise ValueError("a shop found late cannot cost more than a missed one")
        return self
