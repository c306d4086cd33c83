"""Is the order in a composition's sentence the order that an ear hears? Two parts, real sounds, one behind the other.

    python tests/benchmarks/order_truth.py OUT EVENTS [--compositions 1000] [--show]

OUT is a distilled dataset, EVENTS an event database (mkaudio events). First each class is tried alone: the ear hears a class
well where it names it in at least .8 of at least 3 of its events, or of the clips whose prompt names it alone. Then the
compositions of one event with one clip, one before the other, are taken epoch by epoch as the stream makes them, where both
classes are heard well, until there are enough. The ear hears a part where it believes in its class, or one below or above it,
by at least .3 in some patch (a class above both parts, as Music above two instruments, tells nothing and is left out); when it
hears it is the middle of the most believed span. The sentence is read by a reader that
knows nothing of templates (tests/weaving.py). Printed, with 95 % Wilson intervals: how often both are heard; of these, how often
the order heard is the order read; and every other one, with why.
"""

import argparse
import math
import sys
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np

from mkaudio.models.starter.fetch import fetch_starter
from mkaudio.models.starter.yamnet import YamnetEar
from mkaudio.pipeline.stream import open_samples
from mkaudio.pipeline.timeline import ACTIVE, timeline_of
from mkaudio.prompts import gather, is_a, load_phrases, named_classes
from mkaudio.shards.event_store import EventStore

sys.path.insert(0, str(Path(__file__).parents[1]))
from weaving import relation_said

WELL, AT_LEAST, BATCH, PASSES = 0.8, 3, 32, 200
RATE_HZ = YamnetEar.sample_rate_hz


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("dataset", type=Path)
    parser.add_argument("events", type=Path)
    parser.add_argument("--compositions", type=int, default=1_000)
    parser.add_argument("--show", action="store_true", help="print every composition that is not heard as it reads")
    arguments = parser.parse_args()
    ear = YamnetEar(fetch_starter())
    opened = open_samples(
        arguments.dataset, events=arguments.events, settings={"weights": (0.0, 1.0, 0.0), "sample_rate_hz": RATE_HZ}
    )
    store = EventStore(arguments.events)
    well = heard_well(opened, store, ear)
    print(f"{len(well)} classes are heard well: {', '.join(sorted(well))}")
    both = right = unread = 0
    misses, relations = [], Counter()
    chosen = list(two_parts(opened, store, well, arguments.compositions))
    for start in range(0, len(chosen), BATCH):
        batch = chosen[start : start + BATCH]
        for (composed, clip_class, event_class, slots), events in zip(
            batch, heard([one[0] for one in batch], ear), strict=True
        ):
            facts = composed.composition
            own = [one for one in events if not (related(one.label, clip_class) and related(one.label, event_class))]
            at_clip, at_event = middle(own, clip_class), middle(own, event_class)
            if at_clip is None or at_event is None:
                continue
            both += 1
            relations[facts.relation] += 1
            try:
                read = relation_said(facts.prompt, slots)
            except AssertionError:
                unread += 1
                read = facts.relation
            first_read = read[0]
            first_heard = "X" if at_clip < at_event else "A"
            if first_read == first_heard:
                right += 1
            else:
                misses.append((facts, clip_class, event_class, own))
    print(share("both are heard", both, len(chosen)), dict(relations))
    print(
        share("the order heard is the order read", right, both),
        f"({unread} sentences could not be read apart from templates)",
    )
    print_misses(misses, arguments.show)


def print_misses(misses, show):
    reasons = Counter()
    for facts, clip_class, event_class, events in misses:
        why = reason(facts, clip_class, event_class, events)
        reasons[why] += 1
        if show:
            event_key = next(part.key for part in facts.parts if part.origin == "event")
            print(f"  {why}: {facts.prompt}")
            print(f"      clip {facts.key}: {clip_class}; event {event_key}: {event_class}")
            print(
                f"      parts {[(part.origin, round(part.start_s, 2), round(part.end_s, 2)) for part in facts.parts]}"
            )
            near = [one for one in events if related(one.label, clip_class) or related(one.label, event_class)]
            print(f"      heard {[(one.label, one.spans, one.confidence) for one in near]}")
    print(*(f"  {count} {why}" for why, count in reasons.most_common()), sep="\n")


def heard_well(opened, store, ear):
    """Classes that the ear names when it hears one of their events alone, or a clip whose prompt names the class alone."""
    sounds = defaultdict(list)
    for number in range(len(store)):
        event = store.event(number)
        if event.label in load_phrases():
            sounds[event.label].append(resampled(store.samples(number) / np.float32(32_768), store.sample_rate_hz))
    alone = open_alone(opened)
    for index, label in alone:
        composed = opened.samples.made(index)
        sounds[label].append(composed.waveform().mean(axis=0))
    well = set()
    for label, waveforms in sounds.items():
        waveforms = waveforms[:: max(1, len(waveforms) // 40)]
        if len(waveforms) >= AT_LEAST:
            hits = [middle(events, label) is not None for events in heard_waveforms(waveforms, ear)]
            if np.mean(hits) >= WELL:
                well.add(label)
    return well


def open_alone(opened):
    """(index, class) of clips whose prompt names one class; their sound is that of a sample without events."""
    found = []
    for index in range(len(opened.samples)):
        if label := clip_class_of(opened, index):
            found.append((index, label))
    return found


def clip_class_of(opened, index):
    base = opened.samples.base(index)
    heard = tuple(dict.fromkeys(event.label for event in base.heard))
    labels = named_classes(base.prompt, heard, base.n_events) if base.n_events == 1 else None
    return labels[0] if labels and len(labels) == 1 else None


def two_parts(opened, store, well, wanted):
    """Compositions of a clip and an event, one before the other, of classes that are heard well."""
    n_found = 0
    for epoch in range(PASSES):
        for index in opened.order.clips(epoch, 0, len(opened.samples)).tolist():
            decision = opened.samples.decided(epoch, index)
            if len(decision.events) != 1 or decision.layout.laid:
                continue
            event = store.event(decision.events["A"])
            label = clip_class_of(opened, index)
            if label not in well or event.label not in well or related(label, event.label):
                continue
            slots = dict(decision.slots)
            words = {name[0]: text for name, text in slots.items() if name[0] in "XA"}
            yield opened.samples.made(epoch * len(opened.samples) + index), label, event.label, words
            n_found += 1
            if n_found == wanted:
                return


def heard(composed, ear):
    return heard_waveforms([one.waveform().mean(axis=0) for one in composed], ear)


def heard_waveforms(waveforms, ear):
    for start in range(0, len(waveforms), BATCH):
        batch = waveforms[start : start + BATCH]
        for waveform, one in zip(batch, ear.listen(batch), strict=True):
            timeline = timeline_of(one.posteriors, ear.classes, ear.hop_s, ear.patch_s, len(waveform) / RATE_HZ)
            yield gather((event.label, event.start_s, event.end_s, event.confidence) for event in timeline.events)


def resampled(waveform, rate_hz):
    import soxr

    return waveform if rate_hz == RATE_HZ else soxr.resample(waveform, rate_hz, RATE_HZ)


def related(one, other):
    return one in load_phrases() and other in load_phrases() and (is_a(one, other) or is_a(other, one))


def middle(events, label):
    """The middle of the surest span of a class, or of one above or below it; None where it is not heard."""
    spans = [
        (event.confidence, event.spans)
        for event in events
        if related(event.label, label) and event.confidence >= ACTIVE
    ]
    if not spans:
        return None
    _, spans = max(spans)
    start_s, end_s = max(spans, key=lambda span: span[1] - span[0])
    return (start_s + end_s) / 2


def reason(facts, clip_class, event_class, events):
    """Why the order heard is another: which of the two is heard where the other one is."""
    spans = {("X" if part.origin == "clip" else "A"): (part.start_s, part.end_s) for part in facts.parts}
    for letter, label in (("X", clip_class), ("A", event_class)):
        at, (start_s, end_s) = middle(events, label), spans[letter]
        if not start_s - 0.5 <= at <= end_s + 0.5:
            return f"{'the clip' if letter == 'X' else 'the event'} is heard where the other part is: it sounds like it"
    return "both are heard in their own parts, which are too short to tell apart"


def share(what, part, whole):
    if not whole:
        return f"{what}: none of 0"
    mean, z = part / whole, 1.96
    middle_, half = mean + z * z / (2 * whole), z * math.sqrt(mean * (1 - mean) / whole + z * z / (4 * whole * whole))
    low, high = ((middle_ + sign * half) / (1 + z * z / whole) for sign in (-1, 1))
    return f"{what}: {part} of {whole} = {mean:.3f} [{low:.3f} {high:.3f}]"


if __name__ == "__main__":
    main()
