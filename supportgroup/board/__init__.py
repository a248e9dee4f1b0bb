"""The board: asks, helps, and what is said around them."""
