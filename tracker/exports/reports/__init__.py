"""A status report as a page or a file: what it says is laid out once, and each format draws that."""
