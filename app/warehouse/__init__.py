"""The warehouse: a venue's whole back office in a database of its own, for analysts. See docs/warehouse.md."""
