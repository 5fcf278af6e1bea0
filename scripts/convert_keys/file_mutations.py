"""Files that are missing, empty, other than they say, or added."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from .mutation import Mutation, kinds_of, replace

TEMPLATE = (
    "J{{ bos_token }}{% for m in messages %}[{{ m.role }}]{{ m.content }}{{ eos_token }}{% endfor %}"
    "{% if add_generation_prompt %}>{% endif %}"
)


def file_mutations(base: Path) -> Iterator[Mutation]:
    """Files that are missing, empty, other than they say, or added."""

    def put(name: str, content: bytes | str, kinds=None, label: str = "") -> Mutation:
        data = content.encode() if isinstance(content, str) else content

        def apply(folder: Path) -> None:
            (folder / name).parent.mkdir(exist_ok=True)
            replace(folder / name, data)

        return Mutation(f"{name}: {label or content[:50]!r}", name, "", apply, kinds or kinds_of(name))

    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 1234567\n"
    page = "<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body></body></html>\n"
    for path in sorted(base.iterdir()):
        name = path.name
        kinds = {"model"} if name.endswith(".safetensors") else kinds_of(name)
        yield Mutation(f"{name}: missing", name, "", lambda folder, name=name: (folder / name).unlink(), kinds)
        content = path.read_bytes()
        broken = {
            "empty": b"",
            "Git LFS pointer": pointer.encode(),
            "HTML page": page.encode(),
            "half": content[: len(content) // 2],
        }
        if name.endswith(".json"):
            broken |= {
                "a list": b"[]\n",
                "null": b"null",
                "{}": b"{}\n",
                "with a byte-order mark": b"\xef\xbb\xbf" + content,
                "with a comment": b"// x\n" + content,
                "with a trailing comma": content.rstrip()[:-1] + b",}\n",
                "in UTF-16": content.decode().encode("utf-16"),
                "key twice": content.rstrip()[:-1] + b", " + content.lstrip()[1:],
                "with text after it": content + b"x",
            }
        for label, data in broken.items():
            yield put(name, data, kinds, label)

        def folder_instead(folder: Path, name=name) -> None:
            (folder / name).unlink()
            (folder / name).mkdir()

        yield Mutation(f"{name}: a folder", name, "", folder_instead, kinds)
    both = {"tokens"}
    yield put("chat_template.jinja", TEMPLATE, both)
    yield put("chat_template.jinja", "", both, "empty, added")
    yield put("chat_template.jinja", TEMPLATE + "\n", both, "with a line end")
    yield put("chat_template.jinja", TEMPLATE.replace("{%", "\r\n{%"), both, "with CR LF")
    yield put("chat_template.json", json.dumps({"chat_template": TEMPLATE}), both)
    yield put("chat_template.json", "{}", both, "{}, added")
    yield put("additional_chat_templates/rag.jinja", "RAG", both)
    yield put("additional_chat_templates/default.jinja", "DEFAULT", both)
    yield put("additional_chat_templates/tool_use.jinja", "TOOLS", both)
    yield put("added_tokens.json", '{"<|new|>": 5}', both)
    yield put("added_tokens.json", '{"<|new|>": 1000000}', both)
    yield put("adapter_config.json", '{"peft_type": "LORA", "base_model_name_or_path": "x"}', {"model"})
    yield put("vocab.json", "{}", both)
    yield put("merges.txt", "#version: 0.2\na b\n", both)
    yield put("pytorch_model.bin", b"PK\x03\x04", {"model"})
    yield put("preprocessor_config.json", "{}", both)
    yield put("consolidated.safetensors", b"", {"model"})
    yield put(
        "model.safetensors.index.json",
        '{"weight_map": {"model.embed_tokens.weight": "model-00001-of-00002.safetensors"}}',
        {"model"},
        "beside the whole",
    )
