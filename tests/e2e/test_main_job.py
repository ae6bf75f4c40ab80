# SPDX-License-Identifier: GPL-3.0-or-later
"""Virtual card -> window driven by input events -> outbox -> gateway -> opened envelope: what the person confirmed, with and without cable."""
import json
import pathlib
import subprocess

from house import PERSON, ROOT, STAGE, inputs, resource, walk


def opened_by_reference(stage):
    report = stage.collect()
    assert report["problems"] == []
    return {entry["reference"]: entry for entry in report["opened"]}


def assert_is_what_was_confirmed(opened, phone="0639980012"):
    said = inputs(opened)
    assert said["topic"] == "carte"
    assert said["phone"].replace(" ", "") == phone
    slots = {value for name, value in said.items() if name.startswith("slot")}
    assert slots == {"lundi-matin", "vendredi-apres-midi"} or slots == {"lundi-matin vendredi-apres-midi"}
    assert said["voicemail"] == "no"
    assert said["language"] == "fr"
    assert said["identity-source"] == "card"
    patient = resource(opened, "Patient")
    assert patient["name"][0]["family"] == "DUPONT"
    assert patient["name"][0]["given"] == ["CAMILLE"]
    assert patient["identifier"][0]["value"] == "290017500000176"


def test_opened_equals_confirmed(stage, person):
    walk(person, until="review")
    review = person.seen["text"]
    for word in ("CAMILLE DUPONT", "06 39 98 00 12"):
        assert word in review
    person.do("touch option:confirm", "wait screen ticket", "expect registered", "expect progress sent")
    [reference] = person.references()
    assert reference in person.seen["text"]
    opened = opened_by_reference(stage)
    assert list(opened) == [reference]
    assert_is_what_was_confirmed(opened[reference])
    person.do("expect progress received", 'expect text "Reçue par votre caisse."', "touch option:finish", "wait screen done", "expect wiped")


def test_with_the_cable_pulled(stage, person):
    walk(person, until="review")
    person.do("dock net cut", "touch option:confirm", "wait screen ticket", "expect registered", "expect progress waiting")
    [reference] = person.references()
    assert [item["reference"] for item in stage.perron("queue", "list")] == [reference]
    assert stage.collect()["opened"] == []
    person.do("dock net up", "expect progress sent")
    opened = opened_by_reference(stage)
    assert list(opened) == [reference]
    assert_is_what_was_confirmed(opened[reference])
    person.do("expect progress received")
    assert stage.collect()["opened"] == []


def test_left_before_confirming_leaves_nothing(stage, person):
    walk(person, until="review")
    person.do("touch foot:leave", "wait screen leave", "touch option:erase", "wait screen done", "expect wiped")
    assert "DUPONT" not in person.seen["text"] and "06 39" not in person.seen["text"]
    assert stage.perron("queue", "list") == []


def test_the_demonstration_itself(tmp_path):
    """What kiosk/run shows, and the files it leaves."""
    folder = tmp_path / "demo"
    done = subprocess.run([STAGE, "--dir", folder, "--", PERSON, "--script", ROOT / "kiosk/demo/scripts/journey.person", "--transcript",
                           folder / "transcript.txt", "--shots", folder], capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    transcript = (folder / "transcript.txt").read_text(encoding="utf-8")
    for words in ("Enregistrée sur cette borne.", "Partie.", "Reçue par votre caisse.", "everything of this person was erased"):
        assert words in transcript
    assert len(json.loads((folder / "opened.json").read_text(encoding="utf-8"))["opened"]) == 1
    batch = (folder / "batch.json").read_bytes()
    assert json.loads(batch)["resourceType"] == "Bundle"
    for secret in (b"DUPONT", b"CAMILLE", b"0639980012", b"06 39 98 00 12", b"290017500000176"):
        assert secret not in batch
    assert (folder / "said.wav").stat().st_size > 100_000
    assert len(list(pathlib.Path(folder).glob("*.png"))) >= 20
