"""Ways of starting a bot process."""
