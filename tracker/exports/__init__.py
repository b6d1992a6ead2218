"""A list of records as a file: columns and records in, text out. No exporter knows a field by name."""
