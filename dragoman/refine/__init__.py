"""The second pass: kept sound heard again, at leisure and as a whole."""
