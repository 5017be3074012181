"""Characters that stand for others in advertisements: marks, emoji for letters and for words.

The look-alike letters and digits that other rooms need too are in ``domain/confusables.py``.
"""

from __future__ import annotations

from domain.confusables import READ_AS_CYRILLIC

# Latin letters used inside Cyrillic words, and what they are meant to be.
LATIN_LOOKALIKES = {**READ_AS_CYRILLIC, "j": "ј"}
VOWELS = frozenset("аеиоуыэюяёіәөұүaeoyui")
# English words and brands that happen to have only look-alike letters.
NOT_CYRILLIC = frozenset({
    "top", "max", "hot", "box", "map", "mac", "pay", "boy", "toy", "tax", "beta", "meta", "epo",
    "okay", "ok", "a", "b", "c", "e", "o", "x", "y", "k", "m", "t", "h", "p", "coke", "meth",
    "camp", "tech", "cake", "cape", "coca", "bath",
})  # fmt: skip
MARKS = {
    "@": "а", "$": "s", "!": "и", "*": "", "'": "", "`": "", "^": "", "~": "", "|": "", "_": "",
    "+": "",
}  # fmt: skip
EMOJI_LETTERS = (
    {chr(0x1F1E6 + i): chr(97 + i) for i in range(26)}
    | {chr(0x1F170 + i): chr(97 + i) for i in range(26)}
    | {chr(0x1F150 + i): chr(97 + i) for i in range(26)}
    | {"\u20e3": "", "\ufe0f": "", "Ⓜ": "м", "🅾": "о", "⓪": "0"}
)
# Emoji that name goods or ways of the trade become words of their own.
EMOJI_WORDS = {
    emoji: word
    for word, several in (
        ("эмодзилист", "🍁🌿🍀"),
        ("эмодзишишка", "🥦🌲🌳"),
        ("эмодзиплитка", "🍫"),
        ("эмодзикристалл", "💎"),
        ("эмодзиснег", "❄"),
        ("эмодзилед", "🧊"),
        ("эмодзипорошок", "🍚"),
        ("эмодзисоль", "🧂"),
        ("эмодзитаблетка", "💊"),
        ("эмодзигриб", "🍄"),
        ("эмодзимагнит", "🔮🧲"),
        ("эмодзиметка", "📍📌🗺"),
        ("эмодзишприц", "💉"),
        ("эмодзипришелец", "👽"),
        ("эмодзилошадь", "🐎🐴"),
        ("эмодзикокос", "🥥"),
        ("эмодзикот", "🐱🐈"),
        ("эмодзибегун", "🏃"),
        ("эмодзифлаг", "🏴"),
    )
    for emoji in several
}
