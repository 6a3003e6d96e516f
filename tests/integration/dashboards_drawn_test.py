#!/usr/bin/env python3
"""The dashboards, drawn from their JSON and a live Prometheus: each is a picture, and no panel is empty without words for that.

MXPULSE_PICTURES=FOLDER keeps the pictures, MXPULSE_PICTURE_SECONDS=N lets the demo play so long before.
"""

import shutil
import struct

import observatory
from lab import *
from observatory import PROMETHEUS

import browser

SECONDS = int(os.environ.get("MXPULSE_PICTURE_SECONDS", "75"))
DESTINATION = "shared-a.example"  # two hosts at a provider that it shares

why = browser.lacking()
if why:
    print("skip: " + why)
    sys.exit(SKIP)
enter()
cases = Cases()


def size_of(picture):
    with open(picture, "rb") as file:
        head = file.read(24)
    assert head.startswith(b"\x89PNG"), picture
    return struct.unpack(">II", head[16:24])


with Lab() as lab:
    observatory.start(lab)
    time.sleep(SECONDS)  # the play, not a wait for something to happen
    # After a minute the demo's own port 25 is cut: the overview shows that it was us, and then that it was not.
    seen = {function: observatory.value(f"{function}_over_time(max(mxpulse_vantage_impaired)[{SECONDS}s:1s])") for function in ("min", "max")}
    cases.check("our own connection is seen trusted and in doubt", seen == {"min": 0, "max": 1}, seen)
    held = observatory.value(f"max_over_time((sum(mxpulse_holds) * max(mxpulse_vantage_impaired))[{SECONDS}s:1s])")
    cases.check("and nobody is held while it is in doubt", held == 0, held)
    done = browser.run("draw_dashboards.mjs", "http://" + PROMETHEUS, lab.folder, str(SECONDS), "destination=" + DESTINATION, capture_output=True, timeout=180)
    cases.check("they are drawn", done.returncode == 0, done.stderr[-2000:])
    drawn = [json.loads(line) for line in done.stdout.splitlines()]
    cases.check("all four", len(drawn) == 4, done.stdout)
    for one in drawn:
        cases.check(f"{one['name']}: no panel is empty", one["empty"] == [], one["empty"])
        picture = lab.path(one["name"].replace(".json", ".png"))
        cases.check(f"{one['name']}: is a picture", size_of(picture)[0] == 1600 and size_of(picture)[1] > 900, size_of(picture))
        if "MXPULSE_PICTURES" in os.environ:
            shutil.copy(picture, os.environ["MXPULSE_PICTURES"])

cases.end()
