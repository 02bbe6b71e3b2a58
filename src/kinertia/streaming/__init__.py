"""One sample in, one estimate out: clocks, jitter, loss, drop-out, alignment, events, trust."""
