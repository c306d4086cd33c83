"""The starter pack: YAMNet, MiniLM, and the audio-text space made of both. Its modules load torch, this does not."""
