"""Makes the pictures of the README: the sample site over its days, as readers see it (``make screenshots``)."""

from __future__ import annotations

import base64
import io
import sys
import tempfile
from pathlib import Path

from conftest import ROOT, open_chromium, portal_over
from PIL import Image

from aktenkundig.demo import play_history

PICTURES = {"start.png": "/", "changes.png": "/aenderungen?art=wortlaut"}
COLOURS = 48
SIZE = {"width": 1120, "height": 760, "deviceScaleFactor": 1, "mobile": False}


def main(target: Path) -> None:
    """Write the pictures into ``target``."""
    with tempfile.TemporaryDirectory() as scratch:
        data = Path(scratch, "data")
        play_history(data)
        with portal_over(data) as address, open_chromium(Path(scratch, "chromium")) as driver:
            driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", SIZE)
            for name, path in PICTURES.items():
                driver.get(address + path)
                shot = driver.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})
                picture = Image.open(io.BytesIO(base64.b64decode(shot["data"])))
                picture.convert("RGB").quantize(COLOURS).save(target / name, optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "pictures")
