"""A status report as a Word file, put into our own template or into one that people made."""
