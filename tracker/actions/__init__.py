"""Everything that changes the database. Actions flush and never commit; the door does."""
