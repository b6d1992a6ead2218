"""What a status report tells: its figures, its news and its records, as plain values."""
