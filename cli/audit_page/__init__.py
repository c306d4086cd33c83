"""The audit as a page: one file with its sounds, its style and its script inside."""
