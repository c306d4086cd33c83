from collections import Counter

from static_twin import clips_in, samples_of, write_twin

from mkaudio.pipeline.reprogram.tally import Tally, tally_of
from mkaudio.shards import open_storage, read_dataset_info


def test_a_dataset_is_counted_as_its_samples_are(tmp_path):
    samples = samples_of(clips_in(tmp_path / "clips", (11,)), tmp_path)
    write_twin(samples, tmp_path / "twin")
    by_hand = Tally()
    for number in range(22):
        one = samples.made(number).composition
        by_hand.add(one.relation, one.n_drawn, one.fallback)
    storage = open_storage(tmp_path / "twin")
    found = list(tally_of(storage, read_dataset_info(storage)).lines())
    assert found == list(by_hand.lines())
    relations = Counter(samples.made(number).composition.relation for number in range(22))
    assert f"{relations['X']:>8,}  X" in found


def test_what_came_what_was_drawn_and_why_it_is_less():
    tally = Tally()
    tally.add("A before X", 1, "", 1_200)
    tally.add("X before A", 2, "no room")
    tally.add("X", 1, "no unlike event")
    tally.add("A before X before B", 2, "")
    assert [line.strip() for line in tally.lines()] == [
        "1  with no event; 0 drawn", "1,201  with one event; 1,201 drawn", "1  with two events; 2 drawn",
        "1  with fewer than drawn: no room", "1  with fewer than drawn: no unlike event",
        "relation of the parts (X is the clip, A and B are events)", "1,200  A before X", "1  A before X before B",
        "1  X", "1  X before A",
    ]  # fmt: skip
