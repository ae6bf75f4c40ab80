# SPDX-License-Identifier: GPL-3.0-or-later
"""A ticket on paper, in a whole session: what the printer's own eyes read of it, and every way in which there is none."""
import json
import pathlib

from house import Person, walk

PHONE = "0639980012"


def dock(person, line):
    return json.loads(person.do(f"dock {line}")["answer"])


def paper(person):
    return dock(person, "status")["printer"]


def targets(person):
    return [target["name"] for target in person.do("look")["targets"]]


def assert_ticket(text, reference):
    text = " ".join(text.split())  # rows break where the paper ends
    assert reference in text
    for words in ["Votre référence", "Au moment d'imprimer", "Pour suivre votre demande", "Pour la retirer", "34 22", "ne les donnez à personne", "36 46", "Maison de démonstration"]:
        assert words in text, f"{words!r} is not on the paper: {text}"
    digits = text.replace(" ", "")
    for secret in ["CAMILLE", "DUPONT", PHONE, "39980012"]:
        assert secret not in digits.upper(), f"{secret} stands on the paper"


def leave(person, *lines):
    person.do(*lines, "touch option:finish", "wait screen done", "expect wiped", "dock remove", "touch next", "wait screen welcome")


def test_paper(stage, person):
    person.do("wait screen welcome", "dock paper out")
    walk(person, until="ticket", phone=PHONE)
    assert "option:print" not in targets(person) and "option:finish" in targets(person)  # known to be out: not offered
    leave(person)

    person.do("dock paper in")
    walk(person, until="ticket", phone=PHONE)
    reference = person.references()[-1]
    # Who cannot read the paper hears what is on it; the voice was off: the keypad's "again" turns it on.
    person.do("expect progress sent", "touch option:print", "wait screen printed", 'expect text "Prenez votre papier"', "keypad repeat")
    for words in [", ".join(reference.replace("-", "")), "Partie.", "J'ai une référence", "34, 22", "36, 46"]:
        person.do(f'expect said "{words}"')
    assert_ticket(paper(person)["text"], reference)
    assert paper(person)["unknown"] == 0

    # The roll ends in the middle of the next one; then there is paper again.
    person.do("touch back", "wait screen ticket", "dock paper out 3", "touch option:print", "wait screen no-paper", f'expect text "{reference}"')
    person.do("dock paper in", "touch option:retry", "wait screen printed")
    assert_ticket(paper(person)["text"], reference)

    # It stands still, and is pulled while the terminal waits for it; plugged in again, it prints.
    person.do("touch back", "wait screen ticket", "dock paper stuck", "touch option:print", "wait screen printing", "dock printer unplug")
    person.do("wait screen no-print", f'expect text "{reference}"', "dock printer plug", "touch option:retry", "wait screen printed")
    assert_ticket(paper(person)["text"], reference)
    documents = paper(person)["documents"]
    leave(person)

    # Nothing of this person comes out in front of the next.
    assert paper(person)["documents"] == documents and not paper(person)["partial"]


def test_pdf(open_stage, tmp_path):
    folder = tmp_path / "papers"
    folder.mkdir()
    stage = open_stage("--set", f"printer.device=pdf:{folder}")
    with Person(stage) as person:
        walk(person, until="ticket", phone=PHONE)
        person.do("touch option:print", "wait screen printed")
        [file] = folder.iterdir()
        assert pathlib.Path(file).read_bytes().startswith(b"%PDF") and file.stat().st_mode & 0o777 == 0o600
        leave(person)
