"""Celery's side of the house: it wakes, the database knows what is to be done."""
