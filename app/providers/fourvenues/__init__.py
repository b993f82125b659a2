"""Fourvenues: tickets, guest lists and passes of the Integrations API."""
