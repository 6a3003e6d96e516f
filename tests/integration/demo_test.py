#!/usr/bin/env python3
"""`mxpulse demo`: every cause, holds and releases within a minute; it ends at Ctrl-C and leaves nothing behind."""

import os
import signal

from lab import *

enter()
cases = Cases()
# Loopback has no router that reports; a demo has no local trouble.
NOT_SHOWN = {"unreachable", "no_such_domain", "null_mx", "no_address", "dns_temporary", "local_error", "resolver_down", "vantage_impaired",
             "over_budget"}


def labelled(name, label, series):
    """{value of the label: sum} over the metric's series."""
    sums = {}
    for one, value in series.items():
        found = re.match(rf'{name}\{{.*?\b{label}="([^"]*)"', one)
        if found:
            sums[found[1]] = sums.get(found[1], 0) + value
    return sums


with Lab() as lab:
    os.mkdir(lab.path("tmp"))
    demo = lab.start([MXPULSE, "demo"], env={**os.environ, "TMPDIR": lab.path("tmp"), "NO_COLOR": "1"})
    eventually(lambda: get("/-/ready")[0] == 200, "the demo does not start", log=demo.log)
    began = time.monotonic()

    def all_moves():
        return all(labelled("mxpulse_hold_transitions_total", "to", metrics()).values())

    try:
        eventually(all_moves, "some move of the gate is never made", seconds=90, log=demo.log)
    except AssertionError as error:
        cases.check("holds, trials, releases and an exhausted schedule", False, error)
    cases.check("holds, trials, releases and an exhausted schedule within a minute", time.monotonic() - began < 60, time.monotonic() - began)
    series = metrics()
    unseen = {cause for cause, count in labelled("mxpulse_probes_total", "cause", series).items() if count == 0} - NOT_SHOWN
    cases.check("every cause that loopback can show", not unseen, unseen)
    facts = labelled("mxpulse_destination_cause", "cause", series)
    cases.check("and the facts of domains", {"no_such_domain", "null_mx", "no_address"} <= facts.keys(), facts)
    bounces = labelled("mxpulse_bounces_total", "class", series)
    cases.check("its mail server's log is understood", all(bounces[one] > 0 for one in ("no_answer", "dns_temporary", "dns_permanent", "busy", "rejected", "delivered")), bounces)
    cases.check("attempts in vain meet the gate", labelled("mxpulse_vain_attempts_total", "gate", series)["held"] > 0)

    code = lab.end(demo, signal.SIGINT)
    story = open(demo.log, encoding="utf-8").read()
    cases.check("it tells the story", all(word in story for word in ("gate -> held", "gate -> trial", "gate -> released", "gate -> exhausted")), story[-2000:])
    lines = story.splitlines()
    cases.check("once, in no log beside", "level=" not in story, story[-2000:])

    def place(*words):
        return next((number for number, line in enumerate(lines) if all(word in line for word in words)), len(lines))

    cases.check("a hold after the verdict that brings it", all(
        place(f"{name}.example", "-> unavailable") < place(f"{name}.example", "gate -> held") for name in ("timeout", "refused", "silent", "dropped")), story[:3000])
    cases.check("Ctrl-C ends it cleanly", code == 0, code)
    cases.check("nothing is left behind", os.listdir(lab.path("tmp")) == [], os.listdir(lab.path("tmp")))

cases.end()
