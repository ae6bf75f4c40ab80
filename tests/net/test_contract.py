# SPDX-License-Identifier: GPL-3.0-or-later
"""The examples of sync/CONTRACT.md are what the programs read and write."""
import hashlib
import json
import re
import subprocess

from world import BUILD, SOURCE, environment

EXAMPLES = dict(re.findall(r"```json (\w+)\n(.*?)```", (SOURCE / "sync/CONTRACT.md").read_text(), re.S))
ID = "0192f3c1-0000-7000-8000-000000000001"


def read(*words, text):
    done = subprocess.run([BUILD / "tests/net/contract-tool", *words], input=text, text=True, capture_output=True, env=environment())
    assert done.returncode == 0, done.stdout
    return done.stdout.splitlines()


def test_every_example_is_read():
    assert set(EXAMPLES) == {"request", "answer", "receipt", "reply", "search", "replied", "head", "heartbeat"}
    assert read("batch", text=EXAMPLES["request"]) == [f"envelope {ID}"]
    assert read("batch", text=EXAMPLES["receipt"]) == [f"receipt {ID}"]
    assert read("answer", hashlib.sha256(b"aaa").hexdigest(), text=EXAMPLES["answer"]) == ["201 409"]
    assert read("search", text=EXAMPLES["search"]) == ["cursor 17"]
    assert read("batch", text=EXAMPLES["reply"]) == [f"cannot-phone 2 {ID}"]
    assert read("search", text=EXAMPLES["replied"]) == [f"receipt done 3 {ID}", "cursor 18"]
    assert read("head", text=EXAMPLES["head"]) == ["head borne-0001 412 after 398"]
    assert json.loads(read("heartbeat", text=EXAMPLES["heartbeat"])[0]) == json.loads(EXAMPLES["heartbeat"])


def shape(value):
    if isinstance(value, dict):
        return {key: shape(one) for key, one in value.items()}
    if isinstance(value, list):
        return [shape(one) for one in value]
    fixed = isinstance(value, str) and (value.startswith("https://") or value in ("Bundle", "Task", "batch", "PUT", "requested", "order",
                                                                                  "demande-scellee", "enveloppe", "application/cms"))
    return value if fixed else type(value).__name__


def test_the_sender_writes_the_example(line):
    line.config.write_text(line.config.read_text() + f"trace={line.folder}/batch.json\n")
    line.fill(1)
    assert line.sync_once() == (0, "")
    assert shape(json.loads((line.folder / "batch.json").read_text())) == shape(json.loads(EXAMPLES["request"]))
