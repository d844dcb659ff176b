"""After the meeting: what can be made of a transcript."""
