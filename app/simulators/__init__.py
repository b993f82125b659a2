"""The ticketing platforms as real HTTP servers with switches: for demo, rehearsal and conformance.

Nothing here shares code with the clients: a simulator that knew the client's assumptions could not contradict them.
"""
