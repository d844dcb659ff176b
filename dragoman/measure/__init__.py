"""Figures of a meeting: what was said against what was heard, shown and received."""
