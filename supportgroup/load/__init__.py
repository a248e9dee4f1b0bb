"""Load: what came and what went, how evenly it is spread, a small ask suggested, and what came of asks."""
