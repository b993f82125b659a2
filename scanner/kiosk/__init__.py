"""The kiosk: readers, screen, sound and light of a machine at the door."""
