"""A spreadsheet as a platform: guests from one file, who came in to another beside it."""
