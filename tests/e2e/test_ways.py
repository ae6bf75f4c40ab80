# SPDX-License-Identifier: GPL-3.0-or-later
"""Other ways to the same end: by hand, in English, upright, with and without a headset."""
import pytest

from house import STEPS, Person, inputs, resource, walk


def replace(steps, **changes):
    """The steps with other actions on some screens."""
    return [(screen, changes.get(screen.replace("-", "_"), lines)) for screen, lines in steps]


def follow(person, steps, until):
    for screen, lines in steps:
        person.do(f"wait screen {screen}")
        if screen == until:
            return
        person.do(*(line.format(phone="0639980012") for line in lines))


def test_by_hand(stage, person):
    typed = [
        ("hand-name", ["touch field:surname", "type Lefèvre", "touch field:given-name", "tap-type zoé", "touch submit"]),
        ("hand-birth", ["type 14071950", "touch submit"]),
        ("hand-number", ["type 290017500000176", "touch submit"]),
    ]
    steps = [step for step in replace(STEPS, card=["touch option:hand"]) if step[0] != "confirm"]
    at = [screen for screen, _ in steps].index("card") + 1
    follow(person, steps[:at] + typed + steps[at:], until="ticket")
    person.do("expect registered", "expect progress sent")
    [opened] = stage.collect()["opened"]
    assert inputs(opened)["identity-source"] == "typed"
    patient = resource(opened, "Patient")
    assert patient["name"][0]["family"].casefold() == "lefèvre"
    assert patient["name"][0]["given"][0].casefold() == "zoé"
    assert patient["birthDate"] == "1950-07-14"
    assert patient["identifier"][0]["value"] == "290017500000176"


def test_in_english(stage, person):
    follow(person, replace(STEPS, language=["touch option:en"]), until="ticket")
    person.do("expect language en", "expect registered", "expect progress sent")
    assert "Référence" not in person.seen["text"]
    [opened] = stage.collect()["opened"]
    assert inputs(opened)["language"] == "en"


@pytest.mark.parametrize("screen", ["1080x1920", "1024x768"])
def test_on_another_screen(open_stage, screen):
    stage = open_stage("--screen", screen)
    with Person(stage) as person:
        walk(person, until="ticket")
        person.do("expect registered", "expect progress sent")


def said(person, privacy, outcome):
    return [text for text, how, result in person.history("said") if (how, result) == (privacy, outcome)]


@pytest.mark.parametrize("headset", [False, True])
def test_personal_words_only_in_the_headset(stage, person, headset):
    steps = replace(STEPS, voice=["touch option:on"])
    if headset:
        person.do("dock jack in")
    follow(person, steps, until="confirm")
    person.do('expect said "CAMILLE"' if headset else 'expect refused "CAMILLE"')
    assert bool(said(person, "personal", "started")) == headset
    assert bool(said(person, "personal", "refused")) != headset
    assert not [text for text in said(person, "public", "started") if "CAMILLE" in text.upper() or "DUPONT" in text.upper()]
