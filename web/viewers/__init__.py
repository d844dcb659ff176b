"""What viewers of a meeting see and hear: page, socket, overlay, and the links to them."""
