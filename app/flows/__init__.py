"""One file per verb: orchestration only. Flows see ports and the domain, never a concrete class."""
