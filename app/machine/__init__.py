"""The machine under the hub: its clock, its disk, its board."""
