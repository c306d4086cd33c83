"""Whom a death is blamed on: an input that was touched, alone, three times, in the task in which it was tried."""

import pytest
from distilling import digests, run_distill, write_tone
from poison import LATE_FRAMES, KillsOnArrival, LatePoisonToolbox, NoModelsAlone

from mkaudio.pipeline import EngineError, Limits
from mkaudio.pipeline.supervisor import Supervisor
from mkaudio.pipeline.verdicts import Verdicts, WorkerDiedError
from mkaudio.shards import open_storage


class Task:
    def __init__(self, name="shard 000000"):
        self.name = name

    def alone(self, name):
        return self


def died(*in_flight, how="SIGKILL"):
    return WorkerDiedError(f"{how} at 3 GB", how, False, in_flight)


def raising(error):
    def try_alone(task):
        raise error

    return try_alone


def test_three_deaths_alone_make_a_verdict_of_that_task_that_others_see(tmp_path):
    storage = open_storage(tmp_path)
    verdicts, task = Verdicts(storage), Task()
    assert verdicts.guilty(task, died("in/a"), raising(died("in/a"))) == ["in/a"]
    assert verdicts.of(task)["in/a"].message == "alone in a fresh worker, 3 times: SIGKILL", "no number that may differ"
    again = Verdicts(storage)
    assert list(again.of(Task())) == ["in/a"] and again.of(Task("shard 000001")) == {}


def test_a_death_before_the_input_was_touched_blames_nobody(tmp_path):
    verdicts = Verdicts(open_storage(tmp_path))
    with pytest.raises(EngineError, match="before it had touched an input"):
        verdicts.guilty(Task(), died("in/a"), raising(died()))
    assert verdicts.known == {}


def test_models_that_do_not_load_any_more_are_no_fault_of_an_input(tmp_path):
    """One chance death, then every fresh worker dies while it loads."""
    write_tone(tmp_path / "in" / "a.wav")
    with pytest.raises(EngineError, match=r"before it had touched an input\. Do the models load"):
        run_distill([tmp_path / "in"], tmp_path / "out", factory=NoModelsAlone(str(tmp_path / "died")))
    assert open_storage(tmp_path / "out").names(".tmp/verdicts") == []


@pytest.mark.slow
def test_a_late_window_that_kills_costs_its_shard_of_the_source_only(tmp_path):
    """A source over three shards, of which the second one's windows kill: the others keep theirs, in any order of work."""
    write_tone(tmp_path / "in" / "long.wav", 300.0, LATE_FRAMES / 8_000)
    counts = run_distill(
        [tmp_path / "in"], tmp_path / "out", factory=LatePoisonToolbox(), window_s=0.5, samples_per_shard=4
    ).counts
    assert (counts["windows_committed"], counts["windows_refused"]) == (8, 4)
    before = digests(tmp_path / "out")
    (tmp_path / "out" / "commits" / "000000.json").unlink()
    run_distill([tmp_path / "in"], tmp_path / "out", "resume", LatePoisonToolbox(), window_s=0.5, samples_per_shard=4)
    assert digests(tmp_path / "out") == before


def test_what_an_earlier_death_left_in_the_journal_is_no_suspect_of_the_next(tmp_path):
    supervisor = Supervisor(KillsOnArrival(), Verdicts(open_storage(tmp_path)), Limits(10.0))
    supervisor._journal.write_text('+"in/innocent.wav"\n')
    with pytest.raises(EngineError, match=r"died 3 times \(SIGKILL\) before it had touched an input"):
        supervisor.run(Task(), lambda _: None)
    supervisor.close()
