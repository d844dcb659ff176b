"""Texts of Meet's pages per language: what structure alone does not tell."""
