"""Finding speech in sound."""
