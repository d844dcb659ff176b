"""When and where bots run."""
