"""Recorded sound through the pipeline of a meeting."""
