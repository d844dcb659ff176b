"""The dashboard: pages for people who run meetings and read what was said."""
