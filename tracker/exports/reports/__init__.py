"""A report as a page or a file: one document of blocks, rendered in each format."""
