"""Adapters to ticketing platforms. Each offers the port `Provider`; `registry` names them."""
