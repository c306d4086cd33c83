"""`python -m mkaudio`, and `accelerate launch -m mkaudio`: the command line."""

from mkaudio.cli.main import main

main()
