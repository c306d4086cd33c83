"""Who proposes captions, one expert a file; expert.py is the contract."""
