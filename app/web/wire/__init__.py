"""What is spoken over HTTP: the only names that JSON has in this house."""
