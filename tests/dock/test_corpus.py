# SPDX-License-Identifier: GPL-3.0-or-later
"""Every card of the corpus, through the real pcscd, read by the terminal's own reader: what each of them must give stands in its file."""
import json

import pytest

from conftest import CARDS

FILES = sorted(path.name for path in CARDS.glob("*.json"))


def test_there_is_a_corpus():
    assert len(FILES) >= 80


@pytest.mark.parametrize("name", FILES)
def test_card(reader, name):
    expect = json.loads((CARDS / name).read_text(encoding="utf-8"))["expect"]
    reader.do(f"insert {name}")
    try:
        got = reader.read_card("--timeout", "10")
    finally:
        reader.ask("remove")
    assert {key: got[key] for key in expect} == expect
    if expect["status"] != "read":
        assert got["holders"] == []


@pytest.mark.parametrize("name", ["test-identity.json", "test-identity-2.json"])
def test_production_refuses_test_identities(reader, name):
    config = reader.folder / "production.conf"
    config.write_text(reader.config.read_text().replace("mode=demo", "mode=production"))
    reader.do(f"insert {name}")
    try:
        got = reader.read_card(config=config)
    finally:
        reader.do("remove")
    assert got["status"] == "refused" and got["holders"] == []
