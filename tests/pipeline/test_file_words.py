import pytest

from mkaudio.pipeline.file_words import words_of_path


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("kit/DogBark_02.wav", "dog bark"),
        ("dog_bark/0001.wav", "dog bark"),
        ("session/track_07.wav", ""),
        ("train/0001.wav", ""),
        ("x.tar::a/cat.wav", "cat"),
    ],
)
def test_a_name_counts_where_it_names_a_sound(path, words):
    assert words_of_path(path) == words
