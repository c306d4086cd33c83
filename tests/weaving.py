"""For the tests of templates: events of all sayable classes, captions of each kind, and another reading of woven sentences.

`order_said` knows nothing of templates: it looks for the words of the parts in a sentence and reads the English between.
"""

import re

from mkaudio.prompts.caption_form import Kind
from mkaudio.prompts.event_phrase import load_phrases
from mkaudio.prompts.event_words import EventWords

SAYABLE = [phrase for phrase in load_phrases().values() if not (phrase.general or phrase.blind)]
EVENTS = [EventWords(one.name, one.noun, one.clauses, one.plural) for one in SAYABLE]
LASTING = [EventWords(one.name, one.noun, one.clauses, one.plural) for one in SAYABLE if one.lasts]
CAPTIONS = {
    Kind.CLAUSE: ["A turkey gobbles.", "Christmas music plays.", "Two dogs bark in the yard.", "DVD drive spins up."],
    Kind.PROGRESSIVE: ["A turkey is gobbling.", "It is snowing.", "Bagpipes are playing."],
    Kind.NOUN: ["The sound of an owl hooting.", "A turkey gobbling", "Metal gate.", "Footsteps on grass"],
    Kind.SEVERAL: [
        "A turkey gobbles, and then an owl hoots.",
        "First a turkey gobbles, then an owl hoots, and finally a cap gun pops.",
        "An owl hoots while a turkey gobbles.",
        "An owl hoots after a turkey gobbles",
    ],
    Kind.SENTENCES: [
        '"Hello," says a man.',
        "An owl hoots. A turkey gobbles!",
        "I hear an owl.",
        "Thunderclaps",
        "Is that an owl?",
    ],
}

_THAT = r"(?:(?:all|any) )?(?:of )?(?:that|this|it)"
_BOTH = re.compile(rf"meanwhile|at the same time|while|\bas\b|along with|together with|all the while|{_THAT} goes on")
_AT_ONCE = re.compile(
    rf"\s*(?:meanwhile|at the same time|while {_THAT}|all the while|in the (?:back|fore)ground|(?:behind|in front of) {_THAT})"
)
_QUIET = re.compile(r"background|behind")


def relation_said(text, parts):
    """The relation that a sentence states, as `Layout` writes it; `parts` is letter to the words that stand for it."""
    for letter, said in parts.items():
        said = said.rstrip(".!?")
        at = text.lower().find(said.lower())
        assert at >= 0, (said, text)
        text = f"{text[:at]}<{letter}>{text[at + len(said) :]}"
    low = re.sub(r"<\w>", lambda match: match[0].upper(), text.lower())
    between = re.search(r"between <(\w)> and <(\w)>", low)
    if between:
        return f"{between[1]} before X before {between[2]}"
    sentences = [one for one in re.split(r"[.!?]+[\"')]*", low) if "<" in one]
    steps, quiet, said = [], "", set()
    for sentence in sentences:
        own, quiet_here = _steps(sentence)
        quiet = quiet or quiet_here
        if not said:
            steps = own
        elif re.match(rf"\s*{_THAT} comes after", sentence):
            steps = [*_chain(sentence), *steps]
        elif sides := re.match(rf"\s*<(\w)> before {_THAT}, and <(\w)> after {_THAT}", sentence):
            steps = [{sides[1]}, *steps, {sides[2]}]
        elif re.match(rf"\s*(?:but first|before {_THAT})|\s*<\w> before {_THAT}", sentence):
            steps = [*own, *steps]
        elif _AT_ONCE.match(sentence):
            steps = [*steps[:-1], steps[-1] | own[0], *own[1:]]
            if re.match(r"\s*in (?:front|the foreground)", sentence):
                quiet = min(said)
            elif _QUIET.search(sentence):
                quiet = min(own[0])
        else:
            assert re.match(rf"\s*(?:then|after {_THAT}|next|finally|at the (?:very )?end|it ends with)", sentence), (
                sentence
            )
            steps = [*steps, *own]
        said = own[0]
    named = []
    for step in steps:
        other = "".join(step - {"X"})
        named.append(
            "X"
            if step == {"X"}
            else other
            if "X" not in step
            else f"X under {other}"
            if quiet == "X"
            else f"{other} {'under' if quiet == other else 'over'} X"
        )
    return " before ".join(named)


def _chain(sentence):
    return [{letter} for letter in re.findall(r"<(\w)>", sentence)]


def _steps(sentence):
    """The parts of one sentence in order, those heard at once together, and which of them is quiet."""
    letters, gaps = re.findall(r"<(\w)>", sentence), re.split(r"<\w>", sentence)
    if len(letters) == 1:
        return [{letters[0]}], ""
    steps, quiet = [{letters[0]}], ""
    head = gaps[0]
    for number, letter in enumerate(letters[1:], 1):
        gap = gaps[number]
        both = (
            _BOTH.search(gap)
            or _QUIET.search(gap)
            or (number == 1 and re.search(r"while $|as $|background", head))
            or gap.endswith(" with ")
        )
        both = both or (
            gap in {" and ", ", and "} and re.match(r" at the same time| in the background", gaps[number + 1])
        )
        if re.search(r", (?:and )?(?:then|followed by) $|^(?: first)?,? (?:and )?then ", gap):
            both = None
        if both:
            steps[-1].add(letter)
            if _QUIET.search(gap):
                before = re.match(r" (?:in the background|can be heard (?:in the background|behind))", gap)
                quiet = letters[number - 1] if before else letter
            elif re.search(r"background|with $", head) and number == 1:
                quiet = letters[0]
            elif _QUIET.search(gaps[number + 1][:25]):
                quiet = letter
        elif re.search(r"(?<!and )after $", gap) or (number == 1 and re.search(r"before $", head)):
            steps.insert(len(steps) - 1, {letter})
        else:
            steps.append({letter})
    return steps, quiet
