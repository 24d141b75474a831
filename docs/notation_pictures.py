"""Draws the pictures of docs/notation.md from handmade horizons.

.venv/bin/python docs/notation_pictures.py
"""

from __future__ import annotations

from pathlib import Path

from notation_samples import RULED_OUT, SAMPLES

from foretell_runtime.drawing import render

PICTURES = Path(__file__).resolve().parent / "pictures" / "notation"


def main() -> None:
    for name, horizon in SAMPLES.items():
        _insist(render(horizon, "svg", PICTURES / f"{name}.svg").note)
    _insist(render(RULED_OUT, "svg", PICTURES / "ruled_out.svg", ruled_out=True, retired=True).note)


def _insist(note: str | None) -> None:
    if note is not None:
        raise SystemExit(note)


if __name__ == "__main__":
    main()
