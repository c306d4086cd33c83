"""An error that crosses processes whole."""

import pickle

from mkaudio.pipeline.stream import SampleError


def test_it_says_where_and_what_in_another_process_too():
    error = pickle.loads(pickle.dumps(SampleError("s3://b/shards/000003.tar", 3, "0000000042", "the shard is gone")))
    assert str(error) == "s3://b/shards/000003.tar: sample 0000000042 of shard 3: the shard is gone"
