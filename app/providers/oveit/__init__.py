"""Oveit: the port `Provider` for one account."""
