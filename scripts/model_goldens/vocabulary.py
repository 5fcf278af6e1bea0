"""The vocabulary of the golden models: SentencePiece-like, and tokenized the same by every program.

Ids 0 to 2 are `<unk> <s> </s>`, 3 to 258 the byte tokens, then the space mark and the letters, each
a piece of its own. No piece is longer than a character, so no merge can be done in two ways; ids
beyond the letters are `[PADn]`, unused, as the converter fills a vocabulary.
"""

UNKNOWN, BEGIN, END = 0, 1, 2
FIRST_PIECE = 259
LETTERS = "▁etaoinshrdlucmfwy"
SMALLEST = FIRST_PIECE + len(LETTERS)

_NORMAL, _UNKNOWN, _CONTROL, _UNUSED, _BYTE = 1, 2, 3, 5, 6


def encode(text: str, begin: bool) -> list[int]:
    """The ids of a text made of spaces and `LETTERS`, with the space that stands before a text."""
    marked = "▁" + text.replace(" ", "▁")
    return [BEGIN] * begin + [FIRST_PIECE + LETTERS.index(letter) for letter in marked]


def add_to(writer, size: int, begin: bool) -> None:
    """Writes the `tokenizer.ggml.*` keys for a vocabulary of `size` tokens."""
    entries = [("<unk>", 0.0, _UNKNOWN), ("<s>", 0.0, _CONTROL), ("</s>", 0.0, _CONTROL)]
    entries += [(f"<0x{byte:02X}>", 0.0, _BYTE) for byte in range(256)]
    entries += [(letter, -float(rank), _NORMAL) for rank, letter in enumerate(LETTERS)]
    entries += [(f"[PAD{index}]", -10000.0, _UNUSED) for index in range(len(entries), size)]
    pieces, scores, kinds = zip(*entries, strict=True)
    writer.add_tokenizer_model("llama")
    writer.add_tokenizer_pre("default")
    writer.add_token_list(list(pieces))
    writer.add_token_scores(list(scores))
    writer.add_token_types(list(kinds))
    writer.add_bos_token_id(BEGIN)
    writer.add_eos_token_id(END)
    writer.add_unk_token_id(UNKNOWN)
    writer.add_add_bos_token(begin)
    writer.add_add_eos_token(False)
