"""Pages over the rooms beneath: front page, directory, home, a group's own pages."""
