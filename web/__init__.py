"""Pages and sockets for people who watch."""
