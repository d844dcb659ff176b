"""The words that every package shares. Standard library only."""
