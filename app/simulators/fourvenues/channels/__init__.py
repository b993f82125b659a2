"""The Channel Manager of Fourvenues: rates, hosted payments and webhooks, for those who sell for partner venues."""
