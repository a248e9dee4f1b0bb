"""Pages of the room meetings."""

from flask import Blueprint

bp = Blueprint("meetings", __name__, url_prefix="/g/<slug:slug>/meetings")
