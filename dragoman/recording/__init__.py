"""The sound of a meeting, kept in pieces on this machine where people asked for it."""
