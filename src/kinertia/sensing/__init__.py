"""Sensors on the body: virtual IMUs, their errors, alignment to segments, strapdown integration."""
