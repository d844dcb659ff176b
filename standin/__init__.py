"""A local site that behaves towards a bot as Google Meet does."""
