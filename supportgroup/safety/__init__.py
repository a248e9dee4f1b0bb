"""Safety: crisis help, one step away on every page."""
