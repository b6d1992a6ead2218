"""Tracks what governments undertook at their meetings, and where that is written."""
