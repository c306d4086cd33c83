"""Training: one loop for every network. Import what you need from the files; this one loads nothing."""
