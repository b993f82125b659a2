"""The back office: reports about what platforms took in, made of their whole collections in bounded memory.

Collecting (`collecting`) puts pages into a file (`spool`), reading (`reading`) makes words of them, `report` gives them
out, and `writing` with `workbook` and `columns` makes files of four formats. `desk` does it for a hub.
"""
