"""The front door of the whole product: `doorcheck ...` or `python -m app ...`."""

from app.cli import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
