"""What moves trade, and how thick is a border?"""

from peyvand.gravity.thickness import Thickness, thickness

__all__ = ["Thickness", "thickness"]
