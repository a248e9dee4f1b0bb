"""placeholder replaced by the look helper"""

from flask import Blueprint

bp = Blueprint("safety", __name__)
