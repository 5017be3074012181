"""The words of a dossier, explained to those who were never in the console."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

GLOSSARY: tuple[tuple[Any, Any], ...] = (
    (
        _("audit chain"),
        _("The record of who did what. Each event carries the SHA-256 of the one before, so that "
          "none can be changed or taken out without all later ones showing it."),
    ),
    (
        _("capture"),
        _("One fetch of a page or post: what the server sent, byte for byte, with the time and the "
          "way that it was asked by."),
    ),
    (
        _("case"),
        _("A site, an onion site, a page or a channel, with all that was captured and decided "
          "about it."),
    ),
    (
        _("defanged"),
        _("Written so that no program makes a link of it: hxxp for http, dots of names in "
          "brackets. dossier.json in the archive has addresses as they are."),
    ),
    (
        _("family"),
        _("Cases that, by what they have in common, one operator seems to run. It is a reason to "
          "look, and no finding."),
    ),
    (_("hold"), _("A case that is kept as it is for an investigation, until a date.")),
    (
        _("indicator"),
        _("A contact, a wallet or a key that pages or posts name. It may be somebody else's, whom "
          "they only mention."),
    ),
    (
        _("order"),
        _("A request for blocking as one recipient has it. Sent, ordered and verified blocked are "
          "different things."),
    ),
    (
        _("score"),
        _("The probability that the target sells drugs, as a program estimates it from the text. "
          "People decided, not the program."),
    ),
    (
        "SHA-256",
        _("A fingerprint of bytes (FIPS 180-4). Where it is the same, the bytes are the same."),
    ),
    (
        _("strength of a tie"),
        _("Strong: what only one operator can use, such as a wallet, a card or a key, or a page "
          "that is nearly the same. Medium: contacts and texts, which others can copy. Weak: "
          "all else."),
    ),
    (
        _("time-stamp"),
        _("A signature by an outside authority over the manifest, which proves that it existed at "
          "that time (RFC 3161)."),
    ),
    (
        _("way out"),
        _("By which way a page was asked for: directly, through Tor, through a proxy, as "
          "Telegram's public preview, or through an account."),
    ),
)  # fmt: skip
