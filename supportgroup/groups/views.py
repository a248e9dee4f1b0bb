"""Joining, leaving, members, invitations, and looking after a group."""

from flask import Blueprint

bp = Blueprint("groups", __name__)
