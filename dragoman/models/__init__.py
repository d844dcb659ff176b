"""Models in hand: what the engines want, fetched from a hub, served where a server is wanted."""
