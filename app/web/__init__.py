"""The hub as others see it: HTTP, live notices, the page. The only asynchronous part of the house."""
