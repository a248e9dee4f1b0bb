"""Supportgroup: peer support groups that share the load."""
