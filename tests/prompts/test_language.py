"""Languages: tags and names in one form; texts that are clearly foreign are found, and none of ours is."""

import pytest

from mkaudio.prompts import detect_language, generated_bank, is_english, language_of_labels, language_tag, load_phrases


@pytest.mark.parametrize(("stated", "tag"), [
    ("en", "en"), ("eng", "en"), ("en_us", "en-US"), ("EN-gb", "en-GB"), (" English ", "en"), ("de", "de"),
    ("Deutsch", "de"),
    ("ger", "de"), ("zh", "zh"), ("zh-hans-cn", "zh-Hans-CN"), ("Français", "fr"), ("klingon", "klingon"), ("", ""),
    ("und", ""),
    ("N/A", ""), ("unknown", ""), ("en, de", ""),
])  # fmt: skip
def test_one_form(stated, tag):
    assert language_tag(stated) == tag and language_tag(tag) == tag
    assert is_english(tag) == tag.startswith("en")


@pytest.mark.parametrize(("text", "tag"), [
    ("Un chien aboie dans la rue", "fr"), ("le chat et le chien", "fr"), ("Ein Hund bellt", "de"),
    ("Der Wind weht durch die Bäume", "de"), ("El perro ladra en la calle", "es"),
    ("Il cane abbaia nel giardino", "it"),
    ("Uma mulher fala com um homem", "pt"), ("De hond blaft terwijl het regent", "nl"), ("en hund och en katt", "sv"),
    ("Un chien aboie", "und"), ("Собака лает", "und-Cyrl"), ("σκύλος", "el"), ("犬が吠える", "ja"), ("狗叫声", "zh"),
    ("개 짖는", "ko"),
    ("כלב נובח", "he"), ("कुत्ता भौंकता", "und-Deva"), ("ALARM тревога воздушная", "und-Cyrl"),
])  # fmt: skip
def test_clearly_foreign(text, tag):
    assert detect_language(text) == tag


@pytest.mark.parametrize("text", [
    "piano", "gong", "Gamelan", "Les Paul guitar", "De La Soul concert", "Los Angeles traffic",
    "Rio de Janeiro carnival", "la la la la",
    "Das Boot theme", "El Mariachi band plays", "café chatter", "djembé", "a cappella", "cul de sac traffic",
    "Tour de France crowd",
    "den", "van", "die hard", "the French say le chien et la vache", "Clair de Lune on piano", "market med",
    "Dog 犬 bark", "",
])  # fmt: skip
def test_doubt_passes(text):
    assert detect_language(text) == ""


def test_nothing_of_ours_is_foreign():
    ours = [caption.text for caption in generated_bank()] + [
        words for phrase in load_phrases().values() for words in (phrase.name, phrase.noun)
    ]
    assert not [text for text in ours if detect_language(text)]


def test_labels_together():
    assert language_of_labels(["Ein Hund bellt", "Hund"]) == "de" and language_of_labels(["dog", "piano"]) == ""
    assert language_of_labels(["Ein Hund bellt", "dog"]) == ""
    assert (
        language_of_labels(["Ein Hund bellt", "El perro ladra en la calle"]) == "mul" and language_of_labels([]) == ""
    )
