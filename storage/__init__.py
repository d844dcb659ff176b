"""What is kept: meetings, states, people, segments; and the files made of them."""
