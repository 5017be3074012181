"""Characters that stand for others: look-alike letters, digits for letters, emoji for words.

The letter pairs follow Unicode's confusables (UTS 39) as far as they occur in Russian and Kazakh
obfuscation; the digits and emoji are those seen in public advertisements.
"""

from __future__ import annotations

# Latin letters used inside Cyrillic words, and what they are meant to be.
LATIN_LOOKALIKES = dict(zip("abcehikmnoprtuvxyzgdsl", "авсенікмпоргтивхузгдсл", strict=True)) | {
    "p": "р", "i": "и", "b": "в", "u": "и", "n": "п", "r": "г", "w": "ш", "f": "ф", "j": "ј",
    "q": "q", "g": "g", "s": "с", "l": "л", "d": "д", "z": "з", "v": "в",
}  # fmt: skip
CYRILLIC_LOOKALIKES = {
    "а": "a", "в": "b", "с": "c", "е": "e", "н": "h", "і": "i", "ј": "j", "к": "k", "м": "m",
    "о": "o", "р": "p", "т": "t", "и": "u", "х": "x", "у": "y", "һ": "h", "п": "n", "г": "r",
    "ѕ": "s", "ԁ": "d", "ԛ": "q", "ԝ": "w", "л": "l", "ь": "b",
}  # fmt: skip
# Letters that look like none of the other script: they tell which script a word is in.
CYRILLIC_ONLY = frozenset("бгджзийлпфцчшщъыьэюяәғқңөұү")
LATIN_ONLY = frozenset("dfgijlqsvwz")
VOWELS = frozenset("аеиоуыэюяёіәөұүaeoyui")
# English words and brands that happen to have only look-alike letters.
NOT_CYRILLIC = frozenset({
    "top", "max", "hot", "box", "map", "mac", "pay", "boy", "toy", "tax", "beta", "meta", "epo",
    "okay", "ok", "a", "b", "c", "e", "o", "x", "y", "k", "m", "t", "h", "p", "coke", "meth",
    "camp", "tech", "cake", "cape", "coca", "bath",
})  # fmt: skip
CYRILLIC_DIGITS = {"0": "о", "3": "е", "4": "а", "6": "б", "1": "и", "9": "д"}
LATIN_DIGITS = {"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b"}
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
