"""Reading a spreadsheet into the records: all of it, or nothing."""
