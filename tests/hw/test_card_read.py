# SPDX-License-Identifier: GPL-3.0-or-later
"""`perron card read` as others script against it: the JSON, the masks, the exit status; cards from recordings."""
import json
import os
import pathlib
import subprocess

import pytest

PERRON = pathlib.Path(os.environ["PERRON_BUILD_ROOT"]) / "kiosk" / "ctl" / "perron"
SOURCE = pathlib.Path(__file__).resolve().parents[2]
SELECT = "00 A4 04 00 0B D2 50 00 00 02 56 49 54 41 4C 45"
M = "65 20 80 06 44 55 50 4F 4E 54 81 07 43 41 4D 49 4C 4C 45 82 08 31 39 39 30 30 31 31 35 90 03 46 52 41"
N = "65 11 93 0F 32 39 30 30 31 37 35 30 30 30 30 30 31 37 36"
NOMINAL = [(SELECT, "90 00"), ("00 B0 82 00 00", N + " 90 00"), ("00 A4 00 00 02 3F 00", "90 00"), ("00 B0 82 00 00", M + " 90 00")]


def recording(folder, commands=NOMINAL, **more):
    path = folder / "card.json"
    whole = {"recording": 1, "slot": "card", "atr": "3B 75 13 00 00 43 09 EA 90 00"}
    whole["exchanges"] = [{"command": command, "response": response} for command, response in commands]
    path.write_text(json.dumps({**whole, **more}))
    return f"replay:{path}"


def run(folder, *words, mode="demo"):
    config = folder / "perron.conf"
    config.write_text(f"[terminal]\nmode={mode}\n[paths]\nprofiles={SOURCE / 'hw' / 'profiles'}\n")
    return subprocess.run([PERRON, "--config", config, "card", "read", *words], capture_output=True, text=True, timeout=60)


def test_masked(tmp_path):
    got = run(tmp_path, "--source", recording(tmp_path), "--json")
    assert got.returncode == 0
    answer = json.loads(got.stdout)
    assert list(answer) == ["status", "card", "holders", "warnings"]
    assert (answer["status"], answer["card"], answer["warnings"]) == ("read", "vitale-2", [])
    (holder,) = answer["holders"]
    assert holder["surname"] == "D." and holder["given_name"] == "CAMILLE"
    assert holder["birth"] == {"raw": "1990", "year": 1990, "month": 0, "day": 0}
    assert holder["number"] == {"value": "•• •• •• ••• 176", "kind": "nir", "key_ok": True}
    for personal in ("DUPONT", "0115", "29001750"):
        assert personal not in got.stdout + got.stderr


def test_revealed(tmp_path):
    (holder,) = json.loads(run(tmp_path, "--source", recording(tmp_path), "--json", "--reveal").stdout)["holders"]
    assert holder == {"surname": "DUPONT", "given_name": "CAMILLE", "birth": {"raw": "19900115", "year": 1990, "month": 1, "day": 15},
                      "number": {"value": "290017500000176", "kind": "nir", "key_ok": True}}


def test_in_french(tmp_path):
    got = run(tmp_path, "--source", recording(tmp_path))
    assert got.returncode == 0 and got.stdout.startswith("Carte Vitale lue.\n") and "DUPONT" not in got.stdout


def test_production_refuses_simulated_people(tmp_path):
    got = run(tmp_path, "--source", recording(tmp_path), "--json", "--reveal", mode="production")
    assert got.returncode == 1
    assert json.loads(got.stdout) == {"status": "refused", "card": "vitale-2", "holders": [], "warnings": []}


@pytest.mark.parametrize("more,status,card", [
    ({"slot": "no-card"}, "no-card", None), ({"slot": "no-reader"}, "no-reader", None), ({"slot": "mute"}, "mute", None),
    ({"atr": "3F 65 25 00 22 09 69 90 00"}, "vitale-1", "vitale-1"),
    ({"atr": "3B AC 00 40 2A 00 12 25 00 64 80 00 03 10 00 90 00"}, "not-vitale", "health-professional"),
    ({"exchanges": [{"command": SELECT, "response": "6A 82"}]}, "not-vitale", None),
    ({"exchanges": [{"command": SELECT, "fault": "removed"}]}, "removed", None),
    ({"exchanges": []}, "reader-fault", None),
])
def test_other_answers(tmp_path, more, status, card):
    got = run(tmp_path, "--source", recording(tmp_path, **more), "--json", "--timeout", "0")
    assert got.returncode == 1
    answer = json.loads(got.stdout)
    assert (answer["status"], answer["card"], answer["holders"]) == (status, card, [])


@pytest.mark.parametrize("words,code,said", [
    (["--timeout", "soon"], 2, "--timeout is a number of seconds"),
    (["--timeout", "-1"], 2, "--timeout is a number of seconds"),
    (["--source", "drawer"], 2, '"drawer" is not a card source'),
    (["--quickly"], 2, 'what is "--quickly"?'),
    (["--source", "replay:/nonexistent"], 3, "/nonexistent"),
])
def test_bad_command_lines(tmp_path, words, code, said):
    got = run(tmp_path, *words)
    assert got.returncode == code and said in got.stderr and got.stdout == ""


def test_bad_recording_names_the_place(tmp_path):
    got = run(tmp_path, "--source", recording(tmp_path, commands=[("00 B0", "90 00")]))
    assert got.returncode == 3 and "card.json: $.exchanges[0].command: " in got.stderr


def test_record_then_replay(tmp_path):
    made = tmp_path / "made.json"
    assert run(tmp_path, "--source", recording(tmp_path), "--record", made).returncode == 0
    (holder,) = json.loads(run(tmp_path, "--source", f"replay:{made}", "--json", "--reveal").stdout)["holders"]
    assert (holder["surname"], holder["given_name"], holder["birth"]["raw"]) == ("XXXXXX", "XXXXXXX", "19900101")
