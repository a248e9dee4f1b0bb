"""Everyone's data is theirs: a copy to take along, erasure, and nothing kept longer than it is needed."""
