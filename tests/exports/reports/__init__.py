"""A report says the same in every format, and nothing in its texts runs in any of them."""
