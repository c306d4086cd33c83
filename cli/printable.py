"""Text of others on a terminal or a page: a prompt or file name may hold what moves the cursor or turns the line around."""


def printable(text: str) -> str:
    r"""Return the text with what cannot be seen written out.

    >>> print(printable("a\x1b[2J dog"))
    a\x1b[2J dog

    Args:
        text: any.
    """
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode("ascii") for one in text)
