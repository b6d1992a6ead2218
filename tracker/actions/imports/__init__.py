"""Importing a spreadsheet into the records, whole or not at all."""
