"""The command line: one verb a file; composes, never computes."""
