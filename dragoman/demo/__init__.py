"""A scripted meeting from end to end on the stand-in, with its figures."""
