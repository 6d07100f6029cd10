"""Where do the borders run?  Small shipped geometry of the region, and the drawing of its fading borders."""
