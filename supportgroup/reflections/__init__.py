"""Reflections: a guess before asking, a look afterwards, and what is written down to a question. For one's own eyes."""
