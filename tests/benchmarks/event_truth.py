"""Is an event what it is called? `python tests/benchmarks/event_truth.py EVENTS [LABELS.csv]`

YAMNet hears every trimmed event again: how often its best class is the event's, or its kin. With the labels of the sounds
from which a dataset with hidden names was distilled: how often the ear's name is that of the label.
"""

import csv
import sys
from collections import Counter

import numpy as np
import torch

from mkaudio.models.starter.fetch import starter_folder
from mkaudio.models.starter.yamnet import YamnetEar
from mkaudio.prompts import SoundEvent, find_phrase, is_a, load_phrases, may_be_one
from mkaudio.shards import EventStore, dequantise


def kin(one, other):
    return is_a(one, other) or is_a(other, one)


def heard_again(store):
    phrases = load_phrases()
    ear = YamnetEar(starter_folder(None), untrusted=frozenset(one.name for one in phrases.values() if one.blind))
    sayable = np.array([not phrases[name].general for name in ear.classes])
    counts, same, alike = Counter(), Counter(), Counter()
    for event in map(store.event, range(len(store))):
        if event.label in phrases:
            kind = f"named by the {event.named_by}{', to which the ear is blind' if phrases[event.label].blind else ''}"
            (heard,) = ear.listen([dequantise(store.samples(event.number), 16)])
            pooled = (heard.posteriors.mean(axis=0) + heard.posteriors.max(axis=0)) / 2
            best = ear.classes[int(np.where(sayable, pooled, -1).argmax())]
            counts[kind] += 1
            same[kind] += best == event.label
            alike[kind] += kin(best, event.label)
    for kind, count in counts.items():
        print(f"{kind}: {count:,}; best class the same {same[kind] / count:.3f}, or its kin {alike[kind] / count:.3f}")


def named_rightly(store, labels):
    with open(labels, newline="", encoding="utf-8") as file:
        stated = {row["path"]: find_phrase(row["label"]) for row in csv.DictReader(file)}
    pairs = []
    for event in map(store.event, range(len(store))):
        phrase = stated.get(event.source_path)
        if event.named_by == "ear" and phrase and not phrase.blind:
            pairs.append((event.label, phrase.name))
    wrong = [pair for pair in pairs if not may_be_one(*(SoundEvent(name, ((0.0, 1.0),), 1.0) for name in pair))]
    print(f"named by the ear as by the label, or alike: {len(pairs) - len(wrong)} of {len(pairs)}; not: {wrong}")


if __name__ == "__main__":
    torch.set_num_threads(1)
    opened = EventStore(sys.argv[1])
    heard_again(opened)
    if len(sys.argv) > 2:
        named_rightly(opened, sys.argv[2])
