"""One at a time: who comes second waits until the first is through."""

import threading

from mkaudio.pipeline.alone import alone


def test_the_second_waits_for_the_first(tmp_path):
    path, events = tmp_path / "new" / "file", []

    def second():
        with alone(path):
            events.append("second")

    with alone(path):
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(0.1)
        assert thread.is_alive()
        events.append("first")
    thread.join()
    assert events == ["first", "second"]
