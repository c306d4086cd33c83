"""Do captions of the timeline state the true order? Two clips that YAMNet hears well, one behind the other.

    python tests/benchmarks/caption_order.py SOUNDS [--split train|val] [--pairs 500] [--show]

SOUNDS holds labels.csv (path, set, split, label). A clip is heard well where YAMNet's most probable class that a caption may
name has a probability of at least .7 and is right by its label's words (accepted_words.toml), whichever
of its clauses is drawn. Pairs are drawn by a fixed seed, of classes that are no kin and of which neither names the other's
clip. Both are trimmed of silence, brought to one level and cut to 4.5 s; a gap of 0 to 1 s lies between. The pair goes through
the ear, the timeline and the captions of two and three events. Printed, with 95 % Wilson
intervals (pairs share clips, so the true ones are somewhat wider):

    name two events     pairs with a caption of two events or more
    state an order      captions that state one
    right               those whose parts name the first clip and then the second, of those that state one
    name both           pairs with a caption that names both clips rightly, in whatever form
    overlaid            the same pairs, the shorter laid wholly over the longer: captions that state an order are wrong
    one alone           each clip by itself: captions that state an order, of one sound that is labelled as one
    repeated            a clip of up to 1 s, once to four times, 1.5 s apart: those that say so, and those that do so rightly

How thresholds were chosen: on the train packages; val is for reporting.
"""

import argparse
import csv
import math
import re
from pathlib import Path

import numpy as np
import soundfile
import soxr
from accepted import load_accepted, names

from mkaudio.models.starter.fetch import fetch_starter
from mkaudio.models.starter.yamnet import YamnetEar
from mkaudio.pipeline.timeline import timeline_of
from mkaudio.prompts import gather, is_a, load_phrases, scene_captions, single_caption, tellable

CONFIDENT, PART_S, GAP_S, SILENCE_DB, RMS, BATCH, SEED = 0.7, 4.5, 1.0, -40, 0.1, 64, 20
RATE_HZ = YamnetEar.sample_rate_hz


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("sounds", type=Path)
    parser.add_argument("--split", default="val")
    parser.add_argument("--pairs", type=int, default=500)
    parser.add_argument("--show", action="store_true", help="print every caption that is not right")
    arguments = parser.parse_args()
    ear = YamnetEar(fetch_starter())
    clips = heard_well(arguments.sounds, arguments.split, ear)
    rng = np.random.default_rng(SEED)
    pairs = draw_pairs(clips, arguments.pairs, rng)
    print(
        f"{arguments.split}: {len(clips)} clips heard well, of {len({c['class'] for c in clips})} classes; {len(pairs)} pairs"
    )
    one_behind_the_other(pairs, ear, rng, arguments.show)
    overlaid(pairs, ear, rng, arguments.show)
    alone(clips, ear, arguments.show)
    repeated(clips, ear)


def heard_well(sounds, split, ear):
    accepted, phrases = load_accepted()[split], load_phrases()
    sayable = np.array([not (phrases[name].general or phrases[name].blind) for name in ear.classes])
    with (sounds / "labels.csv").open(encoding="utf-8", newline="") as handle:
        rows = [row for row in csv.DictReader(handle) if row["split"] == split and accepted.get(row["label"])]
    waveforms = [trimmed(sounds / row["path"]) for row in rows]
    clips = []
    for row, waveform, posteriors in zip(rows, waveforms, heard(waveforms, ear), strict=True):
        highest = posteriors.max(axis=0) * sayable
        best, stems = ear.classes[int(highest.argmax())], accepted[row["label"]]
        if highest.max() >= CONFIDENT and named(phrases[best], stems):
            clips.append({"waveform": waveform, "class": best, "stems": stems, "path": row["path"]})
    return clips


def named(phrase, stems):
    return all(names(text, stems) for text in (phrase.noun, *phrase.clauses))


def heard(waveforms, ear):
    """Posteriors (P, 521) of each, many clips a forward."""
    batches = [waveforms[start : start + BATCH] for start in range(0, len(waveforms), BATCH)]
    return [one.posteriors for batch in batches for one in ear.listen(batch)]


def trimmed(path):
    waveform, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
    mono = soxr.resample(waveform[: 10 * rate_hz].mean(axis=1), rate_hz, RATE_HZ)
    loud = np.flatnonzero(np.abs(mono) > np.abs(mono).max() * 10 ** (SILENCE_DB / 20))
    mono = mono[loud[0] : loud[-1] + 1][: int(PART_S * RATE_HZ)] if len(loud) else mono[:RATE_HZ]
    level = float(np.sqrt(np.mean(mono**2))) or 1.0
    return (mono * min(RMS / level, 0.5 / float(np.abs(mono).max() or 1.0))).astype(np.float32)


def draw_pairs(clips, wanted, rng):
    phrases, pairs = load_phrases(), []
    for _ in range(200 * wanted):
        first, second = (clips[number] for number in rng.integers(0, len(clips), 2))
        one, other = first["class"], second["class"]
        kin = is_a(one, other) or is_a(other, one)
        crossed = names(phrases[one].clause, second["stems"]) or names(phrases[other].clause, first["stems"])
        if not (kin or crossed):
            pairs.append((first, second))
        if len(pairs) == wanted:
            break
    return pairs


def one_behind_the_other(pairs, ear, rng, show):
    gaps = [np.zeros(int(rng.uniform(0, GAP_S) * RATE_HZ), np.float32) for _ in pairs]
    joined = [
        np.concatenate([first["waveform"], gap, second["waveform"]])
        for (first, second), gap in zip(pairs, gaps, strict=True)
    ]
    stated = right = turned = both = several = 0
    for (first, second), captions in zip(pairs, captions_of(joined, ear), strict=True):
        several += len(captions) > 0
        both += any(names_both(text, first, second) for text in captions)
        for parts, text in ((parts_in_order(text), text) for text in captions):
            stated += len(parts) > 0
            right += follows(parts, first, second)
            turned += follows(parts, second, first)
            if show and parts and not follows(parts, first, second):
                print(f"  {first['path']} + {second['path']} ({first['class']}, {second['class']}): {text}")
    print(share("name two events or more", several, len(pairs)))
    print(share("state an order", stated, len(pairs)))
    print(share("right of these", right, stated))
    print(f"{'':30} turned round {turned}, a part that names neither {stated - right - turned}")
    print(share("name both", both, len(pairs)))


def overlaid(pairs, ear, rng, show):
    mixed = []
    for first, second in pairs:
        shorter, longer = sorted((first["waveform"], second["waveform"]), key=len)
        start = int(rng.integers(0, len(longer) - len(shorter) + 1))
        mixed.append(longer.copy())
        mixed[-1][start : start + len(shorter)] += shorter
    stated = both = several = 0
    for (first, second), captions in zip(pairs, captions_of(mixed, ear), strict=True):
        wrong = [text for text in captions if parts_in_order(text)]
        several += len(captions) > 0
        stated += len(wrong) > 0
        both += any(names_both(text, first, second) for text in captions)
        if show and captions and not names_both(captions[0], first, second):
            print(f"  overlaid {first['path']} {second['path']}: {captions[0]}")
    print(share("overlaid: two events or more", several, len(pairs)))
    print(share("overlaid: state an order", stated, len(pairs)))
    print(share("overlaid: name both", both, len(pairs)))


def alone(clips, ear, show):
    captions = captions_of([clip["waveform"] for clip in clips], ear)
    ordered = [[text for text in texts if parts_in_order(text)] for texts in captions]
    if show:
        for clip, texts in zip(clips, captions, strict=True):
            print(f"  alone {clip['path']}: {texts[0]}" if texts else "", end="\n" if texts else "")
    print(share("one alone: two events or more", sum(map(bool, captions)), len(clips)))
    print(share("one alone: state an order", sum(map(bool, ordered)), len(clips)))


def repeated(clips, ear):
    phrases, pause = load_phrases(), np.zeros(int(1.5 * RATE_HZ), np.float32)
    short = [clip for clip in clips if len(clip["waveform"]) <= RATE_HZ and phrases[clip["class"]].repeats]
    for times in (1, 2, 3, 4):
        waveforms = [np.concatenate([clip["waveform"], pause] * times) for clip in short]
        said = right = 0
        for clip, waveform, events in zip(short, waveforms, timelines(waveforms, ear), strict=True):
            of_class = [event for event in events if event.label == clip["class"]]
            text = single_caption(of_class[0], len(waveform) / RATE_HZ, 0).text if of_class else ""
            often = 2 if "twice" in text else 3 if re.search("several|again|over|repeat", text) else 0
            said += often > 0
            right += often == min(times, 3) and times > 1
        print(share(f"{times} times: say how often", said, len(short)))
        print(share("right of these", right, said))


def timelines(waveforms, ear):
    for waveform, posteriors in zip(waveforms, heard(waveforms, ear), strict=True):
        timeline = timeline_of(posteriors, ear.classes, ear.hop_s, ear.patch_s, len(waveform) / RATE_HZ)
        yield gather((event.label, event.start_s, event.end_s, event.confidence) for event in timeline.events)


def captions_of(waveforms, ear):
    return [
        [caption.text for caption in scene_captions(tellable(events), len(waveform) / RATE_HZ, number)]
        for number, (waveform, events) in enumerate(zip(waveforms, timelines(waveforms, ear), strict=True))
    ]


def parts_in_order(text):
    """The parts of a caption that states an order, the earliest first; none where it states none. Apart from joining.py."""
    foreground = re.sub(r", (with|while) [^,]* in the background", "", text.rstrip("."))
    if " after " in foreground:
        return foreground.split(" after ")[::-1]
    parts = re.split(r", and then |, and finally |, then |, followed by | before ", foreground)
    return parts if len(parts) > 1 else []


def follows(parts, first, second):
    """Whether the parts name the first clip and then the second, and every part one of them."""
    are = [(names(part, first["stems"]), names(part, second["stems"])) for part in parts]
    return any(
        all(one for one, _ in are[:turn]) and all(other for _, other in are[turn:]) for turn in range(1, len(parts))
    )


def names_both(text, first, second):
    return names(text, first["stems"]) and names(text, second["stems"])


def share(what, part, whole):
    if not whole:
        return f"{what:30} none of 0"
    mean, z = part / whole, 1.96
    middle, half = mean + z * z / (2 * whole), z * math.sqrt(mean * (1 - mean) / whole + z * z / (4 * whole * whole))
    low, high = ((middle + sign * half) / (1 + z * z / whole) for sign in (-1, 1))
    return f"{what:30} {part:4d} of {whole:4d} = {mean:.3f} [{low:.3f} {high:.3f}]"


if __name__ == "__main__":
    main()
