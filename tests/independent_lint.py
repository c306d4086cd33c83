"""A second lint, written from the rules for captions and not from the linter: walks over words and characters, mends nothing."""

import unicodedata

MAX_WORDS = 60
STOPS = ".!?"
MARKS = set(" .,;:!?'\"()-&/+%$°")
SAID_TWICE = {
    "had", "that", "bye", "choo", "cluck", "quack", "woof", "ha", "knock", "tick", "beep", "no", "yes", "very", "so", "ding",
    "drip", "la", "cha", "boom", "tap", "chop", "hush", "ring", "buzz", "tweet", "meow", "oink", "baa", "chirp", "click", "go",
}  # fmt: skip
HEADINGS = {"label", "labels", "tag", "tags", "class", "category", "caption", "title", "prompt"}
UNITS = {
    "s",
    "sec",
    "seconds",
    "second",
    "minutes",
    "hour",
    "hours",
    "x",
    "hz",
    "khz",
    "db",
    "meters",
    "miles",
    "times",
}
AN_BY_SOUND = ("hour", "honest", "honor", "honour", "heir")
A_BY_SOUND = (
    "uni", "use", "usu", "eu", "one", "once", "ewe", "uku", "ute", "uti", "ura", "uri", "ubi", "u-", "ufo",
)  # fmt: skip
AN_AFTER_ALL = ("unin", "unim", "unid", "user-", "onero")
LETTERS_SAID_WITH_VOWEL = set("AEFHILMNORSX")


def faults(text):
    """Return what is wrong with a caption, in words."""
    found = []
    if text != " ".join(text.split()):
        found.append("space")
    if unicodedata.normalize("NFC", text) != text:
        found.append("not composed")
    odd = {one for one in text if not one.isalnum() and one not in MARKS} - {
        "#" for note in "ABCDEFG" if f"{note}#" in text
    }
    if odd:
        found.append(f"marks {sorted(odd)}")
    words = text.split(" ")
    bare = [word.strip("".join(MARKS)) for word in words]
    letters = [one for one in text if one.isalpha()]
    if not any(sum(map(str.isalpha, word)) >= 3 for word in bare) or len(words) > MAX_WORDS:
        found.append("length")
    if 2 * sum(one.isascii() for one in letters) < len(letters):
        found.append("letters")
    first = text.lstrip("\"'(")[:1]
    if not (
        first.isdigit()
        or first.isupper()
        or first.lower() == first.upper() != ""
        or (first.islower() and any(map(str.isupper, bare[0])))
    ):
        found.append("no capital")
    end = text.rstrip("\"')")
    if end[-1:] not in STOPS or end[-2:-1] in " .,;:!?-" or text[-2:-1] == " ":
        found.append("no one full stop")
    for mark in ",;:!?":
        if f" {mark}" in text or f"{mark}{mark}" in text:
            found.append(f"{mark!r} out of place")
    if " ." in text.replace(" .5", ""):
        found.append("space before the stop")
    if text.count("(") != text.count(")") or text.count('"') % 2:
        found.append("half a pair")
    if words[0].endswith(":") and bare[0].lower() in HEADINGS:
        found.append("heading")
    low = [word.lower() for word in bare]
    if any(word.startswith("label") for word in low):
        found.append("label")
    if "%" in text or any(_is_share(word, low[number + 1 : number + 2]) for number, word in enumerate(bare)):
        found.append("probability")
    if any(part in text.lower() for part in ("://", "www.", ".wav", ".mp3", ".flac", "&amp", "&quot", "\\n")):
        found.append("address or code")
    long = [word for word in bare if len(word) > 1 and word.isalpha()]
    if len(long) > 1 and sum(map(len, long)) > 12 and all(word.isupper() for word in long):
        found.append("shouting")
    for number in range(len(words) - 1):
        here, there, joined = low[number], low[number + 1], words[number] == bare[number]
        joined = joined and words[number + 1].startswith(bare[number + 1])
        if joined and here == there and here.isalpha() and here not in SAID_TWICE and set(here) & set("aeiou"):
            found.append(f"doubled {here!r}")
        if joined and here in ("a", "an", "the") and there in ("a", "an", "the"):
            found.append(f"two articles: {here} {there}")
        article = bare[number] in ("a", "an", *(("A", "An") if number == 0 else ())) and joined and bare[number + 1]
        if article and there not in ("is", "and", "in", "of") and (here == "an") != _wants_an(bare[number + 1]):
            found.append(f"{here} {there}")
    return found


def _is_share(word, following):
    try:
        return 0 <= float(word) <= 1 and "." in word and not (following and following[0] in UNITS)
    except ValueError:
        return False


def _wants_an(word):
    low = word.lower()
    if len(word) == 1 and word.isascii():
        return word.upper() in LETTERS_SAID_WITH_VOWEL | set("AEIO")
    if word[0].isdigit():
        return word[0] == "8" or word[:2] in ("11", "18")
    if len(word) > 1 and word[:2].isupper():
        return word[0] in LETTERS_SAID_WITH_VOWEL
    if low.startswith(AN_BY_SOUND):
        return True
    return low[0] in "aeiou" and (low.startswith(AN_AFTER_ALL) or not low.startswith(A_BY_SOUND))
