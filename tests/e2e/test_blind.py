# SPDX-License-Identifier: GPL-3.0-or-later
"""A robot that has only what it hears and four keys (on, back, choose, again) goes through the whole journey: it never reads the screen.
It knows which answer it wants and takes it when it hears it."""
from house import inputs

# What it must have heard on arrival, and what it then wants. None: not a choice.
TALK = [
    ("Mon espace santé", "Commencer"),
    ("Votre langue", "Français"),
    ("Avec la voix", "Avec la voix"),
    ("La taille du texte", "Normale"),
    ("Qui garde vos informations", "J'ai lu, je continue"),
    ("Avez-vous 18 ans", "Oui, 18 ans"),
    ("Insérez votre carte", None),
    ("Est-ce bien vous", "Oui, c'est moi"),
    ("c'est quoi", "Continuer"),
    ("Qui peut regarder", "Continuer"),
    ("Vous gardez la main", "Continuer"),
    ("Que souhaitez-vous", "Je ne sais pas encore"),
    ("Voulez-vous être rappelé", "Être rappelé"),
    ("Sur quel sujet", "La carte Vitale"),
    ("Votre numéro de téléphone", "0639980055"),
    ("Quand vous appeler", "Jeudi matin"),
    ("Si vous ne répondez pas", "Ne pas laisser"),
    ("Relisez votre demande", "Confirmer"),
    ("Demande enregistrée", "C'est noté"),
    ("Tout est effacé", "Terminer"),
]
MANY = 60  # presses after which even a patient person gives up


def ears(person):
    return [text for text, _, outcome in person.history("said") if outcome == "started"]


def press(person, key):
    """One key, and what it made the voice say: heard, not only asked for. (What was still being said before it does not count.)"""
    before = len(person.history("said"))
    person.do(f"key {key}")
    asked = [text for text, _, outcome in person.history("said")[before:] if outcome == "asked"]
    for text in asked[:1]:
        person.do(f'expect said "{text}"')
    return asked


def seek(person, wanted):
    """Goes on from thing to thing until it hears what it wants."""
    for _ in range(MANY):
        if any(text.startswith(wanted) for text in press(person, "Tab")):
            return
    raise AssertionError(f'"{wanted}" was never heard; last: {ears(person)[-5:]}')


def choose(person, wanted):
    seek(person, wanted)
    person.do("key Return")


def test_only_sound_and_four_keys(stage, person):
    person.do("dock jack in")
    press(person, "F2")
    reference = None
    for heard, wanted in TALK:
        person.do(f'expect said "{heard}"')
        if heard == "Est-ce bien vous":
            person.do('expect said "CAMILLE"')  # in the headset alone: nobody says yes to a name they have not heard
        if heard == "Demande enregistrée":
            [reference] = person.references()
            person.do(f'expect said "{", ".join(reference.replace("-", ""))}"', "expect progress sent")
        if wanted is None:
            person.do("dock insert camille.json")
        elif wanted.isdigit():
            for digit in wanted:
                choose(person, digit)
            choose(person, "Continuer")
        else:
            choose(person, wanted)
            if heard == "Quand vous appeler":
                choose(person, "Continuer")
    person.do("expect wiped")
    [opened] = stage.collect()["opened"]
    answers = inputs(opened)
    assert (answers["phone"], answers["topic"], answers["slot-1"]) == ("0639980055", "carte", "jeudi-matin")
