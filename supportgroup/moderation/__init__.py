"""Reports, what facilitators and operators do about them, and what they have promised."""
