"""Word forms: Russian by dictionary (pymorphy3), Kazakh and English by their regular suffixes."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pymorphy3 import MorphAnalyzer

_TOKEN = re.compile(r"[^\W_]+")
_CYRILLIC = re.compile(r"[а-яё]+")
_MAX_FORMS = 60

# Kazakh is agglutinative: plural, possessive, case, then -дағы, -лық, -сыз, -шы and question
# or copula endings, in that order. Source: the noun paradigms of standard Kazakh grammar.
_KK_PLURAL = "(?:[лдт][ае]р)"
_KK_POSSESSIVE = "(?:ымыз|іміз|ыңыз|іңіз|мыз|міз|ңыз|ңіз|ым|ім|ың|ің|сы|сі|[мңыі])"
_KK_CASE = (
    "(?:[ндт]ың|[ндт]ің|[гғкқн][ае]|[ндт]ы|[ндт]і|н?[дт][ае]н|нан|нен|н?[дт][ае]|[мбп]ен|[ае]|н)"
)
_KK_TAIL = "(?:[дт]ағы|[дт]егі|[дт]ай|[дт]ей|[лдт]ық|[лдт]ік|сыз|сіз|шы|ші|шылар|шілер)"
_KK_SUFFIX = re.compile(
    f"-?{_KK_TAIL}?{_KK_PLURAL}?{_KK_POSSESSIVE}?{_KK_CASE}?{_KK_TAIL}?{_KK_CASE}?"
)
# Verb endings that follow a Kazakh verb stem: voice, tense, person, participle, imperative.
_KK_VERB = re.compile(
    r"(?:ыл|іл|ын|ін|дыр|дір|тыр|тір|қыз|кіз)?"
    r"(?:"
    r"(?:а|е|й)(?:мын|мін|мыз|міз|сың|сің|сыз|сіз|сыздар|сіздер|ды|ді)?"
    r"|(?:ды|ді|ты|ті)(?:м|ң|қ|к|ңыз|ңіз)?"
    r"|(?:ған|ген|қан|кен)(?:мын|мін|мыз|міз|сыз|сіз|дар|дер)?"
    r"|(?:ып|іп|п)(?:ты|ті|тын|тін)?"
    r"|(?:ыңыз|іңіз|ңыз|ңіз|ыңдар|іңдер|сын|сін|айық|ейік|йық|йік|айын|ейін|йын|йін)"
    r"|(?:у|ю)(?:ға|ге|ды|ді|да|де|ы|і|ші|шы|шілер|шылар|ына|іне)?"
    r"|(?:са|се)(?:м|ң|қ|к|ңыз|ңіз)?"
    r"|(?:атын|етін|йтын|йтін)|(?:ар|ер|р)(?:мын|мін)?"
    r")?"
)
# Endings of a Russian noun or adjective, for loans that the dictionary does not know and for
# words that Kazakh speech inflects in the Russian way.
_RU_SUFFIX = re.compile(
    r"(?:а|у|ом|е|ы|и|ов|ам|ами|ах|ой|ою|ей|ём|ем|ям|ями|ях|я|ю|ь|ью|ая|ое|ые|ый|ого|ому|ым|ых|ыми"
    r"|ую|ую|чик|чика|чиком|ик|ика|очка|очки|очку|ка|ки|ку|кой)?"
)
_EN_SUFFIX = re.compile(r"(?:s|es|'s|ed|ing|er|ers)?")
_KK_LETTER = re.compile(r"[әғқңөұүіһ]")
_KK_VOICED = {"п": "б", "к": "г", "қ": "ғ"}


_LATIN = dict(zip("абвгдезийклмнопрстуфхыэ", "abvgdeziyklmnoprstufhye", strict=True)) | {
    "ж": "zh", "ц": "c", "ч": "ch", "ш": "sh", "щ": "sch", "ю": "yu", "я": "ya", "ь": "", "ъ": "",
}  # fmt: skip


def transliterated(word: str) -> str:
    """A lower-case Russian word in the Latin letters that chats use for it."""
    return "".join(_LATIN.get(char, char) for char in word)


@lru_cache(maxsize=1)
def _analyzer() -> MorphAnalyzer:
    # Loading takes a quarter of a second: nobody who needs no Russian forms pays for it.
    from pymorphy3 import MorphAnalyzer

    return MorphAnalyzer(lang="ru")


def tokens(text: str) -> list[str]:
    """The words of ``text``: runs of letters and digits, in order."""
    return _TOKEN.findall(text)


def russian_forms(word: str) -> frozenset[str]:
    """All forms of a lower-case Russian dictionary word, the word itself always among them.

    Only the lexeme of the likeliest parse whose normal form is ``word`` is taken, without
    participles, so that ``купить`` does not grow to a hundred forms.
    """
    if not _CYRILLIC.fullmatch(word):
        return frozenset({word})
    # The dictionary writes ё, lexicons and normalised text do not.
    plain = word.replace("ё", "е")
    parses = [p for p in _analyzer().parse(word) if p.normal_form.replace("ё", "е") == plain]
    parses = parses or [p for p in _analyzer().parse(word) if p.word == word]
    if not parses:
        return frozenset({word})
    forms = {word}
    for form in parses[0].lexeme[:120]:
        if form.tag.POS not in {"PRTF", "PRTS", "GRND"} and len(forms) < _MAX_FORMS:
            forms.add(form.word)
    return frozenset(forms | {form.replace("ё", "е") for form in forms})


def is_russian_word(word: str) -> bool:
    """Whether the Russian dictionary has ``word``, so that its forms are known for certain."""
    return bool(_CYRILLIC.fullmatch(word)) and _analyzer().word_is_known(word)


def kazakh_stems(word: str) -> frozenset[str]:
    """``word`` as suffixes may follow it: a final п, к or қ is voiced before a vowel."""
    voiced = _KK_VOICED.get(word[-1:])
    # Of three letters, "мак" would give "маг": only what is Kazakh for certain is voiced.
    sure = len(word) > 3 or _KK_LETTER.search(word)
    return frozenset({word, word[:-1] + voiced}) if voiced and sure else frozenset({word})


def is_kazakh_suffix(ending: str) -> bool:
    """Whether ``ending`` can follow a Kazakh noun (or a loan taken as one)."""
    return len(ending) <= 14 and _KK_SUFFIX.fullmatch(ending) is not None


def is_kazakh_verb_ending(ending: str) -> bool:
    """Whether ``ending`` can follow a Kazakh verb stem."""
    return len(ending) <= 12 and _KK_VERB.fullmatch(ending) is not None


def is_russian_ending(ending: str) -> bool:
    """Whether ``ending`` is an inflection of a Russian noun or adjective."""
    return len(ending) <= 5 and _RU_SUFFIX.fullmatch(ending) is not None


def is_english_ending(ending: str) -> bool:
    """Whether ``ending`` is a regular English inflection."""
    return _EN_SUFFIX.fullmatch(ending) is not None
