"""Groups: who is in them, on what terms, and the one door to their pages."""
