"""Everything that changes the database. Actions flush and never commit: whoever calls them does."""
