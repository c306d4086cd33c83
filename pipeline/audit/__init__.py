"""How many prompts are right: a random sample, a person's marks, and what both say of the whole."""

from mkaudio.pipeline.audit.draw import Draw, Drawn, DrawRule, draw, fingerprint_of, read_prompts
from mkaudio.pipeline.audit.figures import Figures, agreement_lines, figures
from mkaudio.pipeline.audit.mark_file import MarkFile
from mkaudio.pipeline.audit.marks import PART, RIGHT, SKIP, WRONG, Marks, check_marks, parse_marks, rule_line

__all__ = [
    "PART",
    "RIGHT",
    "SKIP",
    "WRONG",
    "Draw",
    "DrawRule",
    "Drawn",
    "Figures",
    "MarkFile",
    "Marks",
    "agreement_lines",
    "check_marks",
    "draw",
    "figures",
    "fingerprint_of",
    "parse_marks",
    "read_prompts",
    "rule_line",
]
