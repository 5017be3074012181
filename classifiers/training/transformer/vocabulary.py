"""The project's own tokenizer: byte-pair encoding over normalised text of three languages."""

from __future__ import annotations

from collections.abc import Iterable

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors, trainers

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
PLACEHOLDERS = ("HOST", "ONION", "HANDLE", "MAIL", "PHONE", "WALLET", "NUMBER", "CARD")
VOCABULARY = 16_000
_LINE_END = "⏎"


def train_tokenizer(texts: Iterable[str], size: int = VOCABULARY) -> Tokenizer:
    """A tokenizer of ``size`` entries (Sennrich et al., 2016) learnt from normalised ``texts``.

    Line ends are tokens, since a list of lines is a shape of its own; digits stand alone;
    placeholders are never cut.
    """
    tokenizer = Tokenizer(models.BPE(unk_token="[UNK]", continuing_subword_prefix="##"))
    tokenizer.normalizer = normalizers.Replace(Regex(r"\s*\n\s*"), f" {_LINE_END} ")
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.WhitespaceSplit(),
            pre_tokenizers.Punctuation(),
            pre_tokenizers.Digits(individual_digits=True),
        ]
    )
    trainer = trainers.BpeTrainer(
        vocab_size=size, special_tokens=[*SPECIAL, *PLACEHOLDERS], min_frequency=2,
        limit_alphabet=600,
        initial_alphabet=[_LINE_END], continuing_subword_prefix="##", show_progress=False,
    )  # fmt: skip
    tokenizer.train_from_iterator(texts, trainer)
    cls, sep = tokenizer.token_to_id("[CLS]"), tokenizer.token_to_id("[SEP]")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", cls), ("[SEP]", sep)]
    )
    return tokenizer
