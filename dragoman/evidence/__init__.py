"""Evidence: what a bot's page looked like when something failed, or when somebody asked."""
