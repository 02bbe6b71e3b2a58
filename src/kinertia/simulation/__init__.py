"""Movement made up from equations, with exact truth: virtual sensors for demonstrations and tests."""
