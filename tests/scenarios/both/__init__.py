"""A night with two platforms: the helpers of `test_both.py`."""
