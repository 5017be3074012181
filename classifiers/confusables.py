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
    "a", "ace", "act", "am", "ape", "api", "apt", "at", "atom", "b", "back", "bake", "bat",
    "bath", "bay", "be", "beat", "bet", "beta", "bike", "bit", "bite", "boat", "bob", "both",
    "box", "boy", "by", "c", "cab", "cache", "cake", "cam", "came", "camp", "cap", "cape",
    "cat", "chat", "check", "chip", "cite", "city", "cm", "coat", "coca", "coke", "com", "come",
    "cookie", "cop", "copy", "e", "eat", "ebay", "epic", "epo", "exit", "eye", "h", "ham",
    "hat", "hate", "heat", "hi", "him", "hip", "hit", "hobby", "home", "hook", "hope", "hot",
    "hype", "ice", "imac", "ip", "it", "item", "k", "key", "kit", "kite", "m", "mac", "make",
    "map", "mate", "math", "max", "may", "me", "meat", "meet", "meta", "meth", "mic", "mix",
    "mob", "mom", "mp", "my", "o", "oak", "ok", "okay", "p", "pack", "pay", "pet", "pic",
    "pick", "pie", "pipe", "pit", "pop", "pot", "t", "tab", "tap", "tape", "tax", "taxi", "tea",
    "team", "tech", "the", "them", "they", "tie", "time", "tip", "toe", "tom", "tome", "too",
    "top", "topic", "toy", "type", "x", "y",
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
