"""The whole table: every benchmark on every data set at hand, as data, how it is run, and its page."""
