"""The server: what stands behind its pages and its API."""
