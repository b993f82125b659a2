"""The hub of doorcheck: polls the platforms, decides scans, owes and delivers check-ins."""
