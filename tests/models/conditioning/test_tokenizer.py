"""A tokenizer that makes all texts alike is found, before torch is loaded."""

import json

import pytest
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from mkaudio.models.conditioning.tokenizer import check_vocabulary, load_tokenizer

WORDS = ["a", "dog", "barks", "violin", "plays", "rain", "falls", "on", "tin", "roof"]


def save(folder, words, ends=True):
    vocabulary = {word: n for n, word in enumerate(["[UNK]", "[CLS]", "[SEP]", *words])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    if ends:
        tokenizer.post_processor = processors.TemplateProcessing(
            "[CLS] $A [SEP]", special_tokens=[("[CLS]", 1), ("[SEP]", 2)]
        )
    tokenizer.enable_padding(length=50)
    tokenizer.save(str(folder / "tokenizer.json"))


def test_it_cuts_and_does_not_pad(tmp_path):
    save(tmp_path, WORDS)
    tokenizer = load_tokenizer(tmp_path, 6)
    assert tokenizer.encode("a dog").ids == [1, 3, 4, 2]
    assert tokenizer.encode("a dog barks a dog barks").ids == [1, 3, 4, 5, 3, 2]
    assert tokenizer.encode("").ids == [1, 2]


def test_a_folder_without_one_is_refused(tmp_path):
    (tmp_path / "vocab.txt").write_text("a\n")
    with pytest.raises(ValueError, match=r"tokenizer.json: no tokenizer here: .*save_pretrained"):
        load_tokenizer(tmp_path, 77)


@pytest.mark.parametrize(("words", "ends"), [([], True), ([], False), (WORDS, False)])
def test_one_that_knows_no_words_or_has_no_empty_prompt_is_refused(words, ends, tmp_path):
    save(tmp_path, words, ends)
    with pytest.raises(ValueError, match="not the model's tokenizer"):
        load_tokenizer(tmp_path, 77)


@pytest.mark.parametrize("content", ["", "{", json.dumps({"model": {"type": "BPE"}})])
def test_a_damaged_one_is_refused(content, tmp_path):
    (tmp_path / "tokenizer.json").write_text(content)
    with pytest.raises(ValueError, match="cannot be read as a tokenizer") as caught:
        load_tokenizer(tmp_path, 77)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("vocabulary", "fits"), [(12, False), (13, True), (140, True), (141, False), (30_522, False)])
def test_the_vocabulary_is_the_networks_but_for_padding(vocabulary, fits, tmp_path):
    save(tmp_path, WORDS)
    tokenizer = load_tokenizer(tmp_path, 77)
    assert tokenizer.get_vocab_size() == 13
    if fits:
        check_vocabulary(tokenizer, vocabulary, tmp_path)
        return
    with pytest.raises(ValueError, match=f"has 13 tokens, config.json says {vocabulary}"):
        check_vocabulary(tokenizer, vocabulary, tmp_path)


@pytest.mark.parametrize("n_tokens", [-1, 0, 1, 2])
def test_too_few_tokens_are_refused(n_tokens, tmp_path):
    save(tmp_path, WORDS)
    with pytest.raises(ValueError, match="n_tokens is too small"):
        load_tokenizer(tmp_path, n_tokens)
