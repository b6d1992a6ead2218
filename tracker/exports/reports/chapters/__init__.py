"""The chapters of a report, each laid out from its data."""
