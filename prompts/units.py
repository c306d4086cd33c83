"""Units of measure: a number before one of them is a quantity, and not a probability."""

UNIT = (
    r"(?:s|sec|secs|seconds?|ms|milliseconds?|min|mins|minutes?|hours?|hrs?|hz|khz|hertz|kilohertz|db|decibels?|bpm|mm|cm|m|km|"
    r"met(?:er|re)s?|kilomet(?:er|re)s?|inch(?:es)?|feet|foot|ft|yards?|miles?|mph|kg|kilos?|pounds?|lit(?:er|re)s?|volts?|watts?|amps?|"
    r"degrees?|times|x|semitones?|octaves?|beats?|bars?)\b"
)
"""A pattern, for `re.IGNORECASE`."""
