"""Accounts: who can sign in, how, and what mail they want."""
