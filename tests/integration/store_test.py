#!/usr/bin/env python3
"""What outlasts a restart and a kill; a second daemon, a damaged file, a full disk and a read-only one."""

import contextlib
import datetime
import glob
import os
import signal
import sqlite3
import subprocess

from lab import *

enter()
cases = Cases()

CONFIG = quick() + """[vantage]
controls = []
[[feed]]
type = "postfix"
path = "{folder}/mail.log"
[store]
path = "{store}"
"""

SILENT = "192.0.2.50"
HOST = f'{{host="mx.lab.example",address="{SILENT}",provider="lab.example"}}'


def bounce(lab, queue_id, destination="dest.lab.example"):
    stamp = datetime.datetime.now(datetime.timezone.utc).isoformat()
    with open(lab.path("mail.log"), "a", encoding="utf-8") as log:
        log.write(f"{stamp} mail postfix/smtp[99]: {queue_id}: to=<user@{destination}>, relay=none, delay=30, delays=0/0/30/0, dsn=4.4.1, "
                  f"status=deferred (connect to mx.lab.example[{SILENT}]:25: Connection refused)\n")


def streak():
    return metrics().get("mxpulse_host_no_answer_streak" + HOST, 0)


def kept(path, sql):
    """What a reader finds in the file, who may not write."""
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        return database.execute(sql).fetchall()


def kept_streak(path):
    rows = kept(path, f"SELECT no_answers FROM address WHERE address = '{SILENT}'")
    return rows[0][0] if rows else 0


def log_of(process):
    return open(process.log, encoding="utf-8", errors="replace").read()


def is_refused(lab, config, words):
    """A daemon of this config does not start, and says why."""
    done = subprocess.run([MXPULSE, "run", "--config", lab.write("second.toml", config)], capture_output=True, text=True, timeout=60)
    return done.returncode != 0 and words in done.stderr


def restarts(lab, config, store):
    daemon = lab.daemon(config)
    for number in range(3):
        bounce(lab, f"A{number}")
    eventually(lambda: streak() >= 3, "the streak grows", 60, daemon.log)
    cases.check("a second daemon is refused and told the pid of the first",
                is_refused(lab, config + '[http]\nlisten = "127.0.0.1:9444"\n', f"another mxpulse uses it, pid {daemon.pid}"))
    cases.check("SIGTERM ends it cleanly", lab.end(daemon) == 0)
    before = kept_streak(store)
    cases.check("the streak is in the file", before >= 3, before)

    bounce(lab, "A2")  # counted once already
    bounce(lab, "A3")
    os.rename(lab.path("mail.log"), lab.path("mail.log.1"))
    bounce(lab, "A4")
    daemon = lab.daemon(config)
    series = metrics()
    cases.check("the streak goes on where it was", before <= series.get("mxpulse_host_no_answer_streak" + HOST, 0) <= before + 1, (before, series))
    cases.check("the watchlist is as it was", series["mxpulse_destinations_tracked"] == 1)
    lines = f'mxpulse_feed_lines_total{{feed="{lab.folder}/mail.log"}}'
    eventually(lambda: metrics().get(lines) == 3, "the lines written meanwhile are read over the rotation", log=daemon.log)
    cases.check("and no other", metrics()['mxpulse_bounces_total{class="no_answer"}'] == 3)
    messages = "SELECT length(messages) / 16 FROM bounces"
    eventually(lambda: kept(store, messages) == [(5,)], "five distinct messages are written down", log=daemon.log)
    cases.check("the log names SQLite and what it goes on from", "event=store" in log_of(daemon) and "an orderly end: 1 destinations" in log_of(daemon))

    eventually(lambda: kept_streak(store) > before, "the growing streak is written down", log=daemon.log)
    lab.end(daemon, signal.SIGKILL)
    committed = kept_streak(store)
    daemon = lab.daemon(config)
    after = streak()
    cases.check("after kill -9 the streak is what was committed, or one later", committed <= after <= committed + 1, (committed, after))
    cases.check("and no line is read twice", metrics().get(lines, 0) == 0)
    lab.write("mxpulse.toml", config.replace(store, store + "2"))
    status, body = get("/-/reload", "POST")
    cases.check("a reload does not change files", status == 500 and "store.path cannot change while mxpulse runs" in body, body)
    lab.end(daemon)


def damaged(lab, config, store):
    whole = open(store, "rb").read()
    spoiled = bytearray(whole)
    for page in range(0, len(spoiled), 4096):
        for at in range(page + 8, page + 40):
            spoiled[at] ^= 0xFF
    with open(store, "wb") as file:
        file.write(spoiled)
    daemon = lab.daemon(config)
    aside = [name for name in glob.glob(store + ".broken-*") if not name.endswith(("-wal", "-shm"))]
    found = open(aside[0], "rb").read() if len(aside) == 1 else b""
    cases.check("a damaged file is set aside under a dated name, as it was", found == spoiled,
                (aside, len(found), len(spoiled), [at for at, (a, b) in enumerate(zip(found, spoiled)) if a != b][:20]))
    cases.check("and said so", aside and aside[0] in log_of(daemon), log_of(daemon)[-2000:])
    cases.check("and counted", metrics()["mxpulse_store_errors_total"] >= 1)
    for number in range(3):
        bounce(lab, f"B{number}")
    eventually(lambda: metrics()["mxpulse_destinations_tracked"] == 1 and kept_streak(store) >= 1, "the new file fills", 60, daemon.log)
    lab.end(daemon)


def full_disk(lab, config, store):
    daemon = lab.daemon(config)
    eventually(lambda: kept_streak(store) >= 1, "the streak is written down", 60, daemon.log)
    ballast = os.open(os.path.join(os.path.dirname(store), "ballast"), os.O_CREAT | os.O_WRONLY)
    try:
        while True:
            os.write(ballast, bytes(4096))
    except OSError:
        os.close(ballast)
    eventually(lambda: metrics()["mxpulse_store_errors_total"] >= 1, "a full disk is seen", 60, daemon.log)
    written, before = kept_streak(store), streak()
    eventually(lambda: streak() >= before + 2, "probing goes on", 60, daemon.log)
    cases.check("nothing was written meanwhile", kept_streak(store) == written)
    os.remove(os.path.join(os.path.dirname(store), "ballast"))
    eventually(lambda: kept_streak(store) > before, "with room again all is written", 60, daemon.log)
    cases.check("and said so", "writes again" in log_of(daemon))
    lab.end(daemon)


def read_only(lab, config, store):
    folder = os.path.dirname(store)
    before = kept_streak(store)
    run(["mount", "-o", "remount,ro", folder])
    daemon = lab.daemon(config)
    cases.check("from a read-only file it reads", before <= streak() <= before + 1, (before, streak()))
    eventually(lambda: metrics()["mxpulse_store_errors_total"] >= 1, "what cannot be written is counted", 60, daemon.log)
    here = streak()
    eventually(lambda: streak() > here, "probing goes on", 60, daemon.log)
    run(["mount", "-o", "remount,rw", folder])
    eventually(lambda: kept_streak(store) > here, "once it can be written, it is", 60, daemon.log)
    lab.end(daemon)


with Lab() as lab:
    lab.dns({"lab.example": f"dest MX 10 mx\nmx A {SILENT}"})
    lab.write("mail.log", "")
    store = lab.path("mxpulse.db")
    config = CONFIG.format(folder=lab.folder, store=store)
    cases.check("without its folder it does not start, and says which to make",
                is_refused(lab, config.replace(store, lab.path("missing/mxpulse.db")), "there is no folder " + lab.path("missing")))
    restarts(lab, config, store)
    damaged(lab, config, store)

    os.mkdir(lab.path("small"))
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", lab.path("small")], capture_output=True).returncode != 0:
        cases.skip("this machine allows no mount of a small disk")
    else:
        store = lab.path("small/mxpulse.db")
        config = CONFIG.format(folder=lab.folder, store=store)
        full_disk(lab, config, store)
        read_only(lab, config, store)
        run(["umount", lab.path("small")])
cases.end()
