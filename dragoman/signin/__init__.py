"""A person signs the bot's account in, once."""
