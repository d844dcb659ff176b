"""The pipeline of a meeting on the sound of a browser."""
