"""Where the picture goes."""
