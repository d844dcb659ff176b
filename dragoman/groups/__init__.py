"""The groups of the settings, one a file."""
