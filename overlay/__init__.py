"""From captions to the picture."""
