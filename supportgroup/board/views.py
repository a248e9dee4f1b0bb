"""Pages of the room board."""

from flask import Blueprint

bp = Blueprint("board", __name__, url_prefix="/g/<slug:slug>/board")
