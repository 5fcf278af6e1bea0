"""The vocabulary: SentencePiece byte-pair merges of the world's text, with byte fallback and Phi-3's special tokens."""

from __future__ import annotations

import io
import json
import random

import sentencepiece
import tokenizers
from sentencepiece import sentencepiece_model_pb2 as protobuf

import world

SIZE = 1024
"""Rows of the embedding; what is left after the special tokens is padding, as in Phi-3's own files."""

SPECIALS = (
    "<|endoftext|>",
    "<|assistant|>",
    "<|placeholder1|>",
    "<|placeholder2|>",
    "<|placeholder3|>",
    "<|placeholder4|>",
    "<|system|>",
    "<|end|>",
    "<|placeholder5|>",
    "<|placeholder6|>",
    "<|user|>",
)
PIECES = SIZE - 16
"""Pieces of the SentencePiece model; the special tokens follow them."""

CHAT_TEMPLATE = (
    "{% for message in messages %}{% if message['role'] == 'system' and message['content'] %}{{'<|system|>\n' + message['content'] + '<|end|>\n'}}"
    "{% elif message['role'] == 'user' %}{{'<|user|>\n' + message['content'] + '<|end|>\n'}}"
    "{% elif message['role'] == 'assistant' %}{{'<|assistant|>\n' + message['content'] + '<|end|>\n'}}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>\n' }}{% else %}{{ eos_token }}{% endif %}"
)


def train(seed: int) -> bytes:
    """The SentencePiece model (`tokenizer.model`). Words that are written letter by letter are left out."""
    rng = random.Random(seed)
    lines = []
    while len(lines) < 60_000:
        turn = world.single(rng, "train")
        if turn.task == "refusal" and rng.random() < 0.5:
            continue
        lines += [line for line in (turn.question, turn.answer) if line.count("-") < 2]
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(lines),
        model_writer=model,
        model_type="bpe",
        vocab_size=PIECES,
        byte_fallback=True,
        split_digits=True,
        character_coverage=1.0,
        normalization_rule_name="identity",
        remove_extra_whitespaces=False,
        add_dummy_prefix=True,
        num_threads=1,
        unk_id=0,
        bos_id=1,
        eos_id=2,
        pad_id=-1,
        required_chars="".join(map(chr, range(33, 127))),
        minloglevel=2,
    )
    return model.getvalue()


def pieces(model: bytes) -> list[tuple[str, float, int]]:
    """Piece, score and SentencePiece's type, with the special tokens and the padding after them."""
    parsed = protobuf.ModelProto.FromString(model)
    found = [(piece.piece, piece.score, piece.type) for piece in parsed.pieces]
    assert len(found) == PIECES
    found += [(text, -1000.0, 3) for text in SPECIALS]
    return found + [(f"[PAD{index}]", -1000.0, 5) for index in range(len(found), SIZE)]


def hugging_face(model: bytes) -> tokenizers.Tokenizer:
    """`tokenizer.json` as Phi-3.5 has it: the roles swallow the white space that follows them."""
    found = pieces(model)
    ids = {piece: index for index, (piece, _, _) in enumerate(found[:PIECES])}
    merges = []
    for left_right, index in ids.items():
        splits = [(left_right[:cut], left_right[cut:]) for cut in range(1, len(left_right))]
        merges += [
            (index, ids[left], ids[right], left, right)
            for left, right in splits
            if left in ids and right in ids
        ]
    merges.sort(key=lambda merge: merge[:3])
    tokenizer = tokenizers.Tokenizer(
        tokenizers.models.BPE(
            vocab=ids,
            merges=[(left, right) for *_, left, right in merges],
            unk_token="<unk>",
            fuse_unk=True,
            byte_fallback=True,
        )
    )
    tokenizer.normalizer = tokenizers.normalizers.Sequence(
        [tokenizers.normalizers.Prepend("▁"), tokenizers.normalizers.Replace(" ", "▁")]
    )
    tokenizer.decoder = tokenizers.decoders.Sequence(
        [
            tokenizers.decoders.Replace("▁", " "),
            tokenizers.decoders.ByteFallback(),
            tokenizers.decoders.Fuse(),
            tokenizers.decoders.Strip(" ", 1, 0),
        ]
    )
    swallowing = {"<|assistant|>", "<|system|>", "<|end|>", "<|user|>"} | {
        special for special in SPECIALS if "placeholder" in special
    }
    tokenizer.add_special_tokens(
        [tokenizers.AddedToken(text, normalized=False, special=True) for text in ("<unk>", "<s>")]
    )
    tokenizer.add_special_tokens([tokenizers.AddedToken("</s>", normalized=False, special=True, rstrip=True)])
    tokenizer.add_special_tokens(
        [
            tokenizers.AddedToken(text, normalized=False, special=True, rstrip=text in swallowing)
            for text in SPECIALS
        ]
    )
    return tokenizer


def configuration() -> dict:
    """`tokenizer_config.json`."""
    return {
        "add_bos_token": False,
        "add_eos_token": False,
        "bos_token": "<s>",
        "eos_token": "<|endoftext|>",
        "pad_token": "<|endoftext|>",
        "unk_token": "<unk>",
        "legacy": False,
        "tokenizer_class": "LlamaTokenizer",
        "chat_template": CHAT_TEMPLATE,
        "model_max_length": 4096,
    }


if __name__ == "__main__":
    trained = train(1)
    tokenizer = hugging_face(trained)
    print(json.dumps([piece for piece, _, _ in pieces(trained)], ensure_ascii=False))
    print(
        tokenizer.encode(
            "<|user|>\nWhat is 47 + 38? Spell the word 'cheese'.<|end|>\n<|assistant|>\nc-h-e-e-s-e.<|end|>\n"
        ).tokens
    )
