"""Selling for Fourvenues: rates, payment pages of the Channel Manager, tickets paid at the door."""
