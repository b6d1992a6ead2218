"""Everything that changes the database. Actions flush and never commit: that is for the caller."""
