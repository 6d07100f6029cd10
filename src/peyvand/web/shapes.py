"""The shapes of the map as one file that every page shares: lands, borders by pair, sea links, disputed lines."""

from __future__ import annotations

from typing import Any

from peyvand.reports.map.geometry import geometry

Shape = dict[str, Any]
_LINE = ' vector-effect="non-scaling-stroke"'


def shapes_svg() -> str:
    """An SVG of definitions; pages draw them by name: `<use href="/static/map-….svg#border-IRN-TUR"/>`."""
    held = geometry()
    parts = [f'<path id="land-{code or "none"}" d="{land["path"]}"/>' for code, land in held["lands"].items()]
    parts += [f'<path id="{border_id(b)}" d="{b["path"]}"{_LINE}/>' for b in held["borders"]]
    parts += [f'<path id="{border_id(b)}" d="{sea_path(b)}"{_LINE}/>' for b in held["sea_links"]]
    parts.append(f'<path id="disputed-lines" d="{held["disputed"]}"{_LINE}/>')
    return f'<svg xmlns="http://www.w3.org/2000/svg"><defs>{"".join(parts)}</defs></svg>'


def border_id(shape: Shape) -> str:
    """`border-IRN-TUR`, or `border-IRN-KAZ-sea` across a sea."""
    first, second = shape["pair"]
    return f"border-{first}-{second}" + ("-sea" if "sea" in shape else "")


def sea_path(shape: Shape) -> str:
    (x0, y0), (x1, y1) = shape["ends"]
    return f"M{x0} {y0}L{x1} {y1}"
