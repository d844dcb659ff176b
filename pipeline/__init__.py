"""From sound to captions in many languages."""
