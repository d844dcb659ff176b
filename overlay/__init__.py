"""Captions become a picture: what stands on screen, where, and how it reaches the call."""
