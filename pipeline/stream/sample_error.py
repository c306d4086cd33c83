"""What a stream says when a sample cannot be read: which one, and why. Nothing comes in its place."""


class SampleError(RuntimeError):
    """A sample of the stream cannot be read.

    Args:
        where: file or address of the shard.
        shard: number of the shard.
        key: of the sample.
        what: what was found, and what to do.
    """

    def __init__(self, where: str, shard: int, key: str, what: str) -> None:
        super().__init__(where, shard, key, what)
        self.where, self.shard, self.key, self.what = where, shard, key, what

    def __str__(self) -> str:
        return f"{self.where}: sample {self.key} of shard {self.shard}: {self.what}"
