"""The named steps by which files become real. Nothing happens at them: tests end the process there.

Every file: `written` under a temporary name (data of a shard only), `synced` to disk, `renamed` to its name, `named`
durably. An object store has no rename: `synced`, then `named`. A shard: its data files, then its marker; `committed` is
behind that, before its temporary folder goes.
"""

STEPS = ("written", "synced", "renamed", "named", "committed")


def reached(step: str, name: str) -> None:
    """Note that a step is done; tests put something else in the place of `at_step`.

    Args:
        step: one of `STEPS`.
        name: of the file, or of the shard.
    """
    assert step in STEPS
    at_step(step, name)


def at_step(_step: str, _name: str) -> None:
    """Do nothing."""
