"""A whole night over real HTTP: a platform, a cable, hubs that are killed, doors that scan, and what must hold."""
