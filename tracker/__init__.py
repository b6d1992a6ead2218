"""Tracks what governments undertook at their meetings, and what each claim rests on."""
