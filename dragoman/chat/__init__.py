"""Commands that people write in the meeting's chat, and the bot's answers."""
