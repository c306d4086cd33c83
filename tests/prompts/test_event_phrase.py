import hashlib
import re
import subprocess
import sys
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mkaudio.prompts.event_phrase import ROOTS, ancestors, is_a, load_phrases, lowest, parse_phrases

PHRASES = load_phrases()
MANNERS = {name: [text for text in (phrase.repeats, phrase.lasts) if text] for name, phrase in PHRASES.items()}
TEXTS = [text for name, phrase in PHRASES.items() for text in (phrase.noun, *phrase.clauses, *MANNERS[name])]

# Written apart from the table: the verbs that a caption of a sound may use, in the base form.
VERBS = re.findall(
    r"\S+",
    """
    applaud babble bang bark beat beatbox beep bellow bite blare bleat blow boil boom bounce bow break breathe brush
    burn burp burst buzz call caw change chant chatter cheer chew chime chirp chop chuckle clack clang clank clap
    clatter clear click clink clip-clop clop close cluck color coo cough crack crackle crash creak croak crow crumple
    crunch cry cut dial ding dribble drift drill drip drive drone drop echo erupt explode fall fart fill fire flap
    flow flush fly fry gargle gasp get giggle give go gobble groan growl grunt gurgle gush have hiccup hiss hit honk
    hoot howl hum idle jangle jingle knock land laugh let make meow moan moo move mow murmur narrate neigh oink open
    paddle pant pass patter ping play plop pluck pop pound pour print pull pulse purr quack rage rap rasp rattle rev
    reverberate ride ring rise roar roll rub rumble run rush rustle sand scrape scratch scream scrub shake shatter
    shoot shout shuffle shut sigh sing sizzle skid slam slap slide slosh smash snap sneeze snicker sniff snip snore
    snort sob sound speak speed spin splash splinter spray squawk squeak squeal squish start stir strike strum
    surround take talk tap tear thicken throb tick tinkle toot track trickle trot turn tweet type vibrate wail walk
    thump perform escape grind work use send swoosh smack crinkle spring sweep
    wheeze whimper whine whinny whir whisper whistle whoop whoosh woof write yell yip yodel yowl zing
    """,
)
PROPER = {"African", "Asian", "Bollywood", "Carnatic", "Christian", "Christmas", "Latin", "Middle"}
MASS = re.findall(
    r"\S+",
    """
    ambience artillery blues bustle cutlery distortion electronica food glass hum knocking liquid music noise opera
    percussion rain reverberation rock roll sandpaper sidetone silence static steam tapping thunder tone traffic
    water wind wood
    """,
)


def third_person(verb):
    if verb in {"go", "echo"} or verb.endswith(("s", "sh", "ch", "x", "z")):
        return verb + "es"
    if re.search(r"[^aeiou]y$", verb):
        return verb[:-1] + "ies"
    return {"have": "has"}.get(verb, verb + "s")


def article_for(word):
    vowel = re.match(r"(?!uni|use|usu|uku|eu|one\b|once\b)[aeiou]|hour|honest|heir", word)
    return "an" if vowel else "a"


SINGULAR, PLURAL = {*map(third_person, VERBS), "is"}, {*VERBS, "are"}


def entry(**changes):
    return {"noun": "a dog barking", "clause": "a dog barks", "also": [], "parent": "Animal"} | changes


def test_the_classes_are_yamnets_in_its_order():
    def digest(names):
        return hashlib.sha256("\n".join(names).encode()).hexdigest()

    assert len(PHRASES) == 521
    assert digest(sorted(PHRASES)) == "46b4b57f955056f2121e8691c5e14c6343ad9b5d2c29ea7b74b7aa470f7072f4"
    assert digest(PHRASES) == "16407690f6cf6da15545f245863b6a7059ef931f803a0834b8a7205bb01ccfa2"


def test_every_text_is_plain_english():
    for text in TEXTS:
        pairs = list(pairwise(text.lower().split(" ")))
        assert re.fullmatch(r"[A-Za-z]+(?:[ '-][A-Za-z]+)*", text), (
            f"{text}: letters, single spaces, hyphens, apostrophes"
        )
        assert text[0].islower() or text.split()[0] in PROPER, text
        assert all(first != second for first, second in pairs), text
        assert all(
            word == article_for(after) for word, after in pairs if word in {"a", "an"} and after != "cappella"
        ), text


def test_every_clause_has_a_verb_that_agrees():
    for name, phrase in PHRASES.items():
        for clause in (*phrase.clauses, *MANNERS[name]):
            first, *rest = clause.split()
            one = first in {"a", "an", "one", "someone", "something"} or (clause == phrase.clause and not phrase.plural)
            many = clause == phrase.clause and phrase.plural
            verbs = SINGULAR if one else PLURAL if many else SINGULAR | PLURAL
            assert verbs & set(rest) and len(rest) < 12, clause
            assert not (one and many), f"{phrase.name}: {clause!r} is not plural"


def test_what_repeats_and_what_lasts_is_said_in_the_plain_present_of_a_class_that_may_be_named():
    for name, texts in MANNERS.items():
        assert not any({"is", "are"} & set(text.split()) for text in texts), name
        assert not (texts and PHRASES[name].general), name
    assert (
        PHRASES["Bark"].repeats and not PHRASES["Bark"].lasts and PHRASES["Rain"].lasts and not PHRASES["Rain"].repeats
    )


def test_the_classes_that_a_caption_may_name_have_three_clauses_or_more():
    few = [name for name, one in PHRASES.items() if not (one.general or one.blind) and len(one.clauses) < 3]
    assert len(few) <= 21


def test_every_noun_phrase_has_its_article_or_needs_none():
    for phrase in PHRASES.values():
        words = phrase.noun.split()
        plural = any(re.search(r"([^s]s|feet|children|people|timpani)$", word) for word in words[:3])
        assert words[0] in {"a", "an", "something"} or plural or set(words[:4]) & set(MASS), phrase.noun
        assert not {"is", "are"} & set(words), phrase.noun


def test_no_two_clauses_of_a_class_are_the_same_and_each_names_it():
    for name, phrase in PHRASES.items():
        assert len(phrase.clauses) == len(set(phrase.clauses)) >= 2, name
        own = {word[:3].lower() for word in re.findall(r"\w{2,}", name)}
        said = {word[:3].lower() for text in phrase.clauses for word in re.findall(r"\w{2,}", text)}
        assert own & said or phrase.general, name


def test_every_class_lies_below_one_root_and_the_roots_are_known():
    for name in PHRASES:
        above = ancestors(name)
        assert len(set(above)) == len(above) and name not in above
        assert (above[-1] if above else name) in ROOTS
    assert {ancestors(name)[-1] for name in PHRASES if ancestors(name)} == set(ROOTS)
    assert [name for name in PHRASES if not ancestors(name)] == ["Animal", "Music"]


@given(st.sampled_from(list(PHRASES)), st.sampled_from([*PHRASES, *ROOTS]))
def test_is_a_is_a_partial_order(name, other):
    assert is_a(name, name)
    assert is_a(name, other) == (other == name or other in ancestors(name))
    assert all(is_a(name, above) for above in ancestors(name))
    assert name == other or not (is_a(name, other) and is_a(other, name))


@pytest.mark.parametrize(
    ("name", "above"),
    [("Bark", "Dog"), ("Violin, fiddle", "Music"), ("Rain on surface", "Rain"), ("Children shouting", "Human sounds"),
     ("Jet engine", "Aircraft"), ("Siren", "Alarm"), ("Snare drum", "Percussion"), ("Waves, surf", "Natural sounds")],
)  # fmt: skip
def test_known_kinships(name, above):
    assert is_a(name, above) and not is_a(above, name)


def test_classes_without_a_source_and_classes_yamnet_does_not_hear_are_marked():
    general = {"Animal", "Wild animals", "Noise", "Silence", "Sound effect", "Inside, small room", "Reverberation"}
    blind = {"Walk, footsteps", "Run", "Shuffle", "Fire", "Crackle", "Chop", "Chopping (food)", "Clapping", "Wind"}
    assert all(PHRASES[name].general for name in general) and all(PHRASES[name].blind for name in blind)
    groups = {name for name, phrase in PHRASES.items() if phrase.group}
    assert groups == {"Animal", "Domestic animals, pets", "Livestock, farm animals, working animals", "Wild animals"}
    assert not any(PHRASES[name].general or PHRASES[name].blind for name in ("Dog", "Vehicle", "Clatter", "Rain"))


@pytest.mark.parametrize(
    ("table", "message"),
    [({"Dog": entry(paernt="Animal")}, "'Dog'.*'paernt'.*'parent'"),
     ({"Dog": entry(plural="yes")}, "'Dog'.*plural is 'yes'"),
     ({"Dog": {"clause": "a dog barks", "also": [], "parent": "Animal"}}, "'Dog'.*noun is missing"),
     ({"Dog": entry(noun="")}, "'Dog'.*noun is missing"),
     ({"Dog": entry(parent="")}, "'Dog'.*unknown parent"),
     ({"Dog": entry(parent="Anmial")}, "'Dog'.*'Anmial'.*'Animal'"),
     ({"Dog": entry(parent="Cat"), "Cat": entry(parent="Dog")}, "'Dog'.*cycle"),
     ({"Dog": entry(parent="Dog")}, "'Dog'.*cycle")],
)  # fmt: skip
def test_a_bad_table_is_refused_with_the_class_and_the_nearest_name(table, message):
    with pytest.raises(ValueError, match=message):
        parse_phrases(table)


def test_an_unknown_class_is_refused_with_the_nearest_name():
    with pytest.raises(ValueError, match=r"'Brak'.*'Bark'"):
        ancestors("Brak")
    with pytest.raises(ValueError, match=r"'Dgo'.*'Dog'"):
        is_a("Bark", "Dgo")


def test_the_words_load_nothing_heavy():
    code = "import sys, mkaudio.prompts.event_phrase as e; e.load_phrases(); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"numpy", "torch", "ray", "transformers"} & set(loaded)


def test_the_lowest_classes_have_none_of_the_others_below_them():
    names = ("Animal", "Speech", "Bark", "Dog", "Vehicle", "no class")
    assert lowest(names) == ("Speech", "Bark", "Vehicle", "no class")
    every = list(load_phrases())
    assert set(lowest(every)) == {
        name for name in every if not any(is_a(other, name) for other in every if other != name)
    }
