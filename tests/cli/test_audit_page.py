import base64
import hashlib
import json
import re
from html.parser import HTMLParser

import pytest

from mkaudio.cli.audit_clips import ShownClip
from mkaudio.cli.audit_page import build
from mkaudio.cli.audit_page.build import build_page, within_limit
from mkaudio.pipeline.audit import Draw, Drawn, DrawRule, parse_marks

HOSTILE = [
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"\' onfocus="alert(1)" autofocus x="',
    "<!-- <script> ${cards} $script $$ &lt; \x00\x1b\r\n\u2028\u202e",
]


class Page(HTMLParser):
    """What a browser makes of it: tags with attributes, the text of cards, the content of scripts and styles."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.texts, self.raw, self.inside = [], [], {}, ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        self.inside = dict(attributes).get("id", tag)

    def handle_endtag(self, tag):
        self.inside = ""

    def handle_data(self, data):
        self.raw[self.inside] = self.raw.get(self.inside, "") + data
        self.texts.append(data)

    def all(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


def made(prompts=("A dog barks.",), **shown):
    sample = tuple(Drawn(0, f"{place:010d}", 0, prompt, prompt, 0.5) for place, prompt in enumerate(prompts))
    clips = [
        ShownClip(one, 1.0, f"{one.prompt}.wav", bytes([place]) * (97 + place)) for place, one in enumerate(sample)
    ]
    return build_page("d1", Draw(DrawRule(5), sample, {"a": 9}), clips, shown.get("show_names", False)), clips


def test_every_clip_has_its_sound_bit_by_bit_and_its_prompt():
    text, clips = made(["A dog barks.", "A cat meows.", "Rain falls."])
    sounds = [attributes["src"] for attributes in Page(text).all("audio")]
    assert [base64.b64decode(sound.removeprefix("data:audio/flac;base64,"), validate=True) for sound in sounds] == [
        clip.flac for clip in clips
    ]
    assert all(clip.drawn.prompt in Page(text).texts for clip in clips) and made(["A dog barks."]) == made([
        "A dog barks."
    ])


def test_hostile_text_is_text_and_comes_back_exactly():
    text, _ = made(HOSTILE, show_names=True)
    page, harmless = Page(text), Page(made(["x"] * len(HOSTILE), show_names=True)[0])
    assert [(tag, sorted(attributes)) for tag, attributes in page.tags] == [
        (tag, sorted(attributes)) for tag, attributes in harmless.tags
    ]  # not one tag or attribute more than with plain text
    assert (page.raw["script"], page.raw["style"]) == (harmless.raw["script"], harmless.raw["style"])
    assert [one["prompt"] for one in json.loads(page.raw["audit"])["clips"]] == HOSTILE
    assert not re.search(r"[<>&]", page.raw["audit"]) and HOSTILE[0] in page.texts
    assert not re.search("[\x00\x1b\r\u2028\u202e]", text)


def test_it_asks_nothing_of_any_address_and_runs_no_script_but_its_own():
    text, _ = made(HOSTILE)
    page = Page(text)
    (policy,) = [one["content"] for one in page.all("meta") if one.get("http-equiv") == "Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; media-src data:;") and "unsafe" not in policy
    for what in ("script", "style"):
        digest = base64.b64encode(hashlib.sha256(page.raw[what].encode()).digest()).decode()
        assert f"{what}-src 'sha256-{digest}'" in policy
    for _, attributes in page.tags:
        assert attributes.get("src", "data:").startswith("data:audio/flac;base64,") or "src" not in attributes
        assert "href" not in attributes and not any(name.startswith("on") for name in attributes)
    assert not re.search(r"(https?:)?//\w", re.sub('base64,[^"]*', "", page.raw["script"] + page.raw["style"]))
    assert "url(" not in text and "@import" not in text


def test_names_are_hidden_unless_asked_for():
    assert "A dog barks..wav" not in made()[0] and "A dog barks..wav" in made(show_names=True)[0]


def test_what_the_page_downloads_is_a_file_of_marks():
    data = json.loads(Page(made()[0]).raw["audit"])
    line = json.dumps({**data["clips"][0], "mark": "right"})  # as page.js writes it
    assert "{ ...audit.clips[place], mark: marks[id] }" in Page(made()[0]).raw["script"]
    found = parse_marks(f"{data['first_line']}\n{line}\n", "f")
    assert found.by_prompt == {("0000000000", "A dog barks."): "right"} and found.rule == DrawRule(5)


def test_every_mark_has_its_button_and_its_key():
    page = Page(made()[0])
    marks = [one["data-mark"] for one in page.all("button") if "data-mark" in one]
    keys = dict(re.findall(r"(\w): \"(\w+)\"", re.search(r"const keys = \{(.*?)\}", page.raw["script"])[1]))
    assert sorted(marks) == sorted(keys.values()) == ["part", "right", "skip", "wrong"]


def test_clips_come_in_the_order_of_the_sample_and_too_much_sound_is_refused(monkeypatch):
    clips = made(["a", "b", "c", "d"])[1]
    assert within_limit([(place, clips[place]) for place in (2, 0, 3, 1)], 4) == clips
    monkeypatch.setattr(build, "MAX_SOUND_BYTES", 300)
    with pytest.raises(ValueError, match=r"3 of 4 clips make more than .*--n 1\b.*without --page"):
        within_limit(enumerate(clips), 4)
