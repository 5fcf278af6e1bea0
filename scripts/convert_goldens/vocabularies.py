"""Small tokenizers of the kinds that Phi models are published with, trained on a paragraph."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field
from pathlib import Path

import sentencepiece
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

TEXT = """The rain in Spain stays mainly in the plain, and the train to the plain waits in the rain.
A small model learns small words first: the, then, there, them, this, that; and then the rest.
It's what they've said; we'll see, he'd know, I'm sure.  In 1996 there were 365 days, and 2024 had 366.
def main(argument):\n    return argument + 1\n\n    # a comment
Ünïcödé, naïve café, Straße, привет, 世界 and 🙂 are words too."""

SAMPLES = [
    "", " ", "a", "the rain in Spain", " the  rain   in\tSpain\n", "Hello, world!", "I'M SURE HE'LL BE THERE",
    "it's we've they'll", "123 1234 12345 1,000,000.50", "def main(x):\n    return x + 1\n\n\n", "naïve café Straße",
    "привет, мир", "世界 and 🙂🙂", "e\u0301 vs \u00e9", "a\u00a0b\u200bc", "<|user|>\nthe rain<|end|>\n<|assistant|>\n",
    "<|endoftext|>then", "x<|end|> y", "CamelCaseWords and snake_case_words", "!!!???...", "tail   ", "\r\nline\r\n",
    "/path/to/file and\\back", "<s>not special? </s>", "the the the the", "▁ is a mark", "ＦＵＬＬ width ①②③",
]

CL100K = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
O200K = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)

NORMAL, UNKNOWN, CONTROL, USER, UNUSED, BYTE = 1, 2, 3, 4, 5, 6


@dataclass
class Vocabulary:
    """A tokenizer, what GGUF says of it, and the files it is published as."""

    tokenizer: Tokenizer
    count: int
    metadata: dict = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)

    def write(self, folder: Path) -> None:
        for name, content in self.files.items():
            (folder / name).write_bytes(content)


def byte_pair(
    pre: str, steps: list, special: list[AddedToken], config: dict, ids: dict[str, int | bool], begin: str | None = None
) -> Vocabulary:
    """A byte-level vocabulary: `tokenizer.json` alone. Two ids more than tokens are padding."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(steps) if len(steps) > 1 else steps[0]
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=300, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    tokenizer.train_from_iterator([TEXT], trainer)
    tokenizer.add_tokens([token for token in special if not token.special])
    tokenizer.add_special_tokens([token for token in special if token.special])
    if begin:
        identifier = tokenizer.token_to_id(begin)
        tokenizer.post_processor = processors.TemplateProcessing(
            single=f"{begin} $A", pair=f"{begin} $A {begin}:1 $B:1", special_tokens=[(begin, identifier)]
        )
    count = tokenizer.get_vocab_size() + 2
    added = {token.content: token for token in special}
    tokens = [tokenizer.id_to_token(index) or f"[PAD{index}]" for index in range(count)]
    kinds = [
        UNUSED if tokenizer.id_to_token(index) is None
        else NORMAL if token not in added
        else CONTROL if added[token].special or token.startswith("<|") else USER
        for index, token in enumerate(tokens)
    ]
    model = json.loads(tokenizer.to_str())["model"]
    metadata = {
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": pre,
        "tokenizer.ggml.tokens": tokens,
        "tokenizer.ggml.token_type": kinds,
        "tokenizer.ggml.merges": [" ".join(merge) for merge in model["merges"]],
    } | {f"tokenizer.ggml.{name}": value for name, value in ids.items()}
    return Vocabulary(
        tokenizer, count, metadata,
        {"tokenizer.json": tokenizer.to_str().encode(), "tokenizer_config.json": json.dumps(config).encode()},
    )


PHI3_ADDED = ["<|endoftext|>", "<|assistant|>", "<|system|>", "<|end|>", "<|user|>"]


def sentence_piece(config: dict, *, has_model: bool, metadata: dict, prefix: bool = True) -> Vocabulary:
    """A SentencePiece vocabulary as Phi-3's: `tokenizer.model`, or only the `tokenizer.json` that is made of it."""
    writer = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(TEXT.splitlines()), model_writer=writer, model_type="bpe", vocab_size=400,
        byte_fallback=True, character_coverage=0.98, normalization_rule_name="identity",
        remove_extra_whitespaces=False, add_dummy_prefix=True, split_digits=True, minloglevel=2, num_threads=1,
    )
    trained = sentencepiece.SentencePieceProcessor(model_proto=writer.getvalue())
    size = trained.vocab_size()
    pieces = [trained.id_to_piece(index) for index in range(size)]
    scores = [trained.get_score(index) for index in range(size)]
    kinds = [
        UNKNOWN if trained.is_unknown(index) else CONTROL if trained.is_control(index)
        else BYTE if trained.is_byte(index) else NORMAL
        for index in range(size)
    ]
    merges = _merges(pieces, scores, kinds)
    added = [
        AddedToken("<unk>", special=True, normalized=False), AddedToken("<s>", special=True, normalized=False),
        AddedToken("</s>", special=False, rstrip=True, normalized=False),
    ] + [AddedToken(text, special=True, rstrip=text != "<|endoftext|>", normalized=False) for text in PHI3_ADDED]
    tokenizer = Tokenizer(
        models.BPE({piece: index for index, piece in enumerate(pieces)}, merges, unk_token="<unk>", fuse_unk=True,
                   byte_fallback=True)
    )
    steps = [normalizers.Replace(" ", "▁")]
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), *steps] if prefix else steps)
    tokenizer.decoder = decoders.Sequence([
        decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0),
    ])
    tokenizer.add_tokens([token for token in added if not token.special])
    tokenizer.add_special_tokens([token for token in added if token.special])

    count = tokenizer.get_vocab_size() + 3
    tokens = pieces + [f"[PAD{index}]" for index in range(size, count)]
    if not has_model:
        # Any scores in the order of the merges will do.
        ranks: dict[str, int] = {}
        for rank, (left, right) in enumerate(merges):
            ranks.setdefault(left + right, rank)
        scores = [
            -float(ranks.get(piece, len(merges))) if kind == NORMAL else 0.0
            for piece, kind in zip(pieces, kinds, strict=True)
        ]
    scores = scores + [-10000.0] * (count - size)
    kinds = kinds + [UNUSED] * (count - size)
    for token in added:
        index = tokenizer.token_to_id(token.content)
        tokens[index], scores[index], kinds[index] = token.content, -1000.0, CONTROL if token.special else USER
    files = {"tokenizer_config.json": json.dumps(config).encode()}
    if has_model:
        files["tokenizer.model"] = writer.getvalue()
        files["added_tokens.json"] = json.dumps(
            {token.content: tokenizer.token_to_id(token.content) for token in added[3:]}
        ).encode()
        config["added_tokens_decoder"] = {
            str(tokenizer.token_to_id(token.content)): {
                "content": token.content, "special": token.special, "rstrip": token.rstrip, "lstrip": False,
                "normalized": False, "single_word": False,
            }
            for token in added
        }
        files["tokenizer_config.json"] = json.dumps(config).encode()
    else:
        files["tokenizer.json"] = tokenizer.to_str().encode()
    return Vocabulary(
        tokenizer, count,
        {
            "tokenizer.ggml.model": "llama",
            "tokenizer.ggml.pre": "default",
            "tokenizer.ggml.tokens": tokens,
            "tokenizer.ggml.scores": scores,
            "tokenizer.ggml.token_type": kinds,
            "tokenizer.ggml.add_space_prefix": prefix,
            "tokenizer.ggml.unknown_token_id": 0,
        } | {f"tokenizer.ggml.{name}": value for name, value in metadata.items()},
        files,
    )


def _merges(pieces: list[str], scores: list[float], kinds: list[int]) -> list[tuple[str, str]]:
    """Every way to make a piece of two others, the highest score first: how `transformers` rewrites such a model."""
    ids = {piece: index for index, piece in enumerate(pieces) if kinds[index] == NORMAL}
    merges = []
    for piece, index in ids.items():
        splits = [(piece[:cut], piece[cut:]) for cut in range(1, len(piece))]
        known = [split for split in splits if split[0] in ids and split[1] in ids]
        merges += [(scores[index], split) for split in sorted(known, key=lambda split: (ids[split[0]], ids[split[1]]))]
    merges.sort(key=lambda merge: -merge[0])
    return [split for _, split in merges]
