"""Layers of a border's profile: what one room knows of a pair of economies."""
