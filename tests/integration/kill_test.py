#!/usr/bin/env python3
"""kill -9 at random points under load, again and again: after each, what is written down must be of one moment.

- the file is whole, and every streak is what it was, or longer by no-answers that were seen
- the messages that are counted are exactly the log's lines before the position that stands beside them: over rotation by
  renaming and by copying, none is lost, and none is read twice
- whoever was held had bounced and been found silent, in writing

MXPULSE_KILLS and MXPULSE_SEED choose how many and which.
"""

import contextlib
import datetime
import os
import random
import re
import shutil
import sqlite3
import subprocess
import threading
import time

from lab import *

enter()
cases = Cases()
KILLS = int(os.environ.get("MXPULSE_KILLS", "200"))
SEED = int(os.environ.get("MXPULSE_SEED", str(random.SystemRandom().randrange(10**9))))
LINE = 400  # bytes of every line of the log
FALL = 2
READY, SILENT = [0, 1, 2], [3, 4, 5]  # destinations dN.lab.example at 192.0.2.(100 + N)

CONFIG = """[dns]
servers = ["127.0.0.53"]
[probe]
connect_timeout = "500ms"
greeting_timeout = "500ms"
interval = "200ms"
interval_undecided = "100ms"
interval_silent_max = "200ms"
per_address = "100ms"
allow = ["192.0.2.0/24"]
[watch]
bounces = 1
window = "24h"
[health]
fall = {fall}
[vantage]
controls = []
panic_ratio = 1.0
[gate]
mode = "enforce"
[gate.exim]
hold_file = "{folder}/hold"
program = "/bin/true"
[[feed]]
type = "postfix"
path = "{folder}/mail.log"
[store]
path = "{folder}/mxpulse.db"
[log]
level = "debug"
"""


def stable_hash(data):
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 & (1 << 64) - 1
    return value


class Log:
    """Grows by lines of one length, each of another message, and is rotated in both ways."""

    def __init__(self, folder, chance):
        self.path = os.path.join(folder, "mail.log")
        self.chance = chance
        self.lines = 0
        self.rotations = 0
        self.segments = []  # (number of its first line, its first bytes)
        self.lock = threading.Lock()
        self.ended = False
        self.begin_segment()
        self.thread = threading.Thread(target=self.grow, daemon=True)
        self.thread.start()

    def begin_segment(self):
        open(self.path, "ab").close()
        self.segments.append([self.lines, b""])

    def append(self):
        number = self.chance.choice(READY + SILENT)
        stamp = datetime.datetime.now(datetime.timezone.utc).isoformat()
        line = (f"{stamp} mail postfix/smtp[99]: Q{self.lines:08d}: to=<user@d{number}.lab.example>, relay=none, delay=30, delays=0/0/30/0, dsn=4.4.1, "
                f"status=deferred (connect to mx{number}.lab.example[192.0.2.{100 + number}]:25: Connection timed out)")
        line = (line + " " * (LINE - 1 - len(line)) + "\n").encode()
        with open(self.path, "ab") as file:
            file.write(line)
        if len(self.segments[-1][1]) < 256:
            self.segments[-1][1] += line
        self.lines += 1

    def rotate(self):
        self.rotations += 1
        old = f"{self.path}-{self.rotations:08d}"  # as with dateext: the later has the greater name
        if self.chance.random() < 0.5:
            os.rename(self.path, old)
        else:
            shutil.copyfile(self.path, old)
            os.truncate(self.path, 0)
        self.begin_segment()

    def grow(self):
        while not self.ended:
            with self.lock:
                self.append()
                if self.chance.random() < 0.02:
                    self.rotate()
            time.sleep(self.chance.random() * 0.06)

    def end(self):
        self.ended = True
        self.thread.join()

    def lines_before(self, position):
        """How many lines lie before a position that mxpulse wrote down."""
        offset, head_size, head_hash = (int(one) for one in position.split()[3:])
        if head_size == 0:
            return 0
        with self.lock:
            for first, head in reversed(self.segments):
                if len(head) >= head_size and stable_hash(head[:head_size]) == head_hash:
                    return first + offset // LINE
        raise AssertionError(f"no file that ever was has the position {position}")


class Kept:
    """What the file says, read as somebody who may not write."""

    def __init__(self, path, log, thorough):
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)) as database:
            ask = lambda sql: database.execute(sql).fetchall()
            self.whole = not thorough or ask("PRAGMA integrity_check") == [("ok",)]
            self.streaks = dict(ask("SELECT address, no_answers FROM address"))
            self.messages = ask("SELECT coalesce(sum(length(messages)), 0) / 16 FROM bounces")[0][0]
            positions = ask("SELECT position FROM position")
            self.lines = log.lines_before(positions[0][0]) if positions else 0
            self.silent = {name for name, silent in ask("SELECT destination, silent FROM course") if silent}

    def streak(self, number):
        return self.streaks.get(f"192.0.2.{100 + number}", 0)


def held(folder):
    try:
        return {line.strip() for line in open(os.path.join(folder, "hold"), encoding="utf-8") if line.strip() and line[0] != "#"}
    except FileNotFoundError:
        return set()


def no_answers(log):
    """{address: no-answers that were seen}, by the daemon's own log."""
    seen = {}
    for address in re.findall(r"event=probed address=(\S+) outcome=no_answer", log):
        seen[address] = seen.get(address, 0) + 1
    return seen


def lines_read():
    found = re.search(r"^mxpulse_feed_lines_total\{.*\} (\d+)$", get("/metrics")[1], re.M)
    return int(found[1]) if found else 0


def differences(before, after, seen, held_before, read, written):
    """What is not as it must be after a kill, in words."""
    if not after.whole:
        yield "the file is not whole"
    for number in READY + SILENT:
        address = f"192.0.2.{100 + number}"
        was, now, grown = before.streak(number), after.streak(number), seen.get(address, 0)
        if number in SILENT and not was <= now <= was + grown:
            yield f"{address}: its streak of {was} is {now} after {grown} no-answers"
        if number in READY and now != 0:
            yield f"{address} answers, and has a streak of {now}"
    if after.messages != after.lines:
        yield f"{after.messages} messages are counted, of {after.lines} lines before the position"
    if after.lines < before.lines:
        yield f"the position went back from line {before.lines} to {after.lines}"
    if read > written - before.lines:
        yield f"{read} lines were read, of {written - before.lines} there were"
    for name in held_before:
        number = int(name[1:].split(".")[0])
        if name not in after.silent or after.streak(number) < FALL:
            yield f"{name} was held without evidence in writing"


with Lab() as lab:
    chance = random.Random(SEED)
    print(f"seed {SEED}, {KILLS} kills", flush=True)
    lab.dns({"lab.example": "\n".join(f"d{n} MX 10 mx{n}\nmx{n} A 192.0.2.{100 + n}" for n in READY + SILENT)})
    for number in READY:
        Host(f"192.0.2.{100 + number}", says(b"220 ready\r\n"))
    config = lab.write("mxpulse.toml", CONFIG.format(folder=lab.folder, fall=FALL))
    store = lab.path("mxpulse.db")
    process = lab.daemon(open(config, encoding="utf-8").read())
    lab.end(process)
    log = Log(lab.folder, random.Random(SEED + 1))
    kept = Kept(store, log, True)
    wrong, ever_held, ready = [], 0, 0
    for kill in range(KILLS):
        output = lab.path("daemon.log")
        with open(output, "w", encoding="utf-8") as file:
            process = subprocess.Popen([MXPULSE, "run", "--config", config], stdout=file, stderr=subprocess.STDOUT)
        lab.processes.append(process)
        end = time.monotonic() + chance.random() * 1.2
        while time.monotonic() < end and process.poll() is None:
            time.sleep(min(0.05, max(0, end - time.monotonic())))
        read = lines_read() if chance.random() < 0.5 else 0
        written = log.lines
        ready += read > 0
        held_before = held(lab.folder)
        ever_held += len(held_before)
        if process.poll() is not None:
            wrong.append(f"kill {kill}: it ended by itself: " + open(output, encoding="utf-8").read()[-500:])
            break
        process.kill()
        process.wait()
        lab.processes.remove(process)
        after = Kept(store, log, kill % 10 == 0 or kill == KILLS - 1)
        wrong += [f"kill {kill}: {one}" for one in differences(kept, after, no_answers(open(output, encoding="utf-8").read()), held_before, read, written)]
        kept = after
        if len(wrong) > 10:
            break
    for one in wrong:
        print("     " + one)
    cases.check(f"{KILLS} kills: streaks, bounces and holds are of one moment (seed {SEED})", not wrong)
    cases.check("the load was one", log.lines > KILLS and log.rotations > KILLS / 20 and ever_held > 0 and ready > 0 and max(map(kept.streak, SILENT)) > 5,
                (log.lines, log.rotations, ever_held, ready, kept.streaks))
    eventually(lambda: not held(lab.folder), "the last guard empties the hold file")

    log.end()
    before = kept.lines
    process = lab.daemon(open(config, encoding="utf-8").read())
    eventually(lambda: lines_read() >= log.lines - before, "the rest of the log is read", 60, process.log)
    eventually(lambda: Kept(store, log, False).messages == log.lines, "every message is counted", 60, process.log)
    cases.check("every line counts once, to the last", lines_read() == log.lines - before, (lines_read(), log.lines, before))
    cases.check("it ends in order", lab.end(process) == 0 and Kept(store, log, True).whole)
    cases.check("no file was ever set aside", not [name for name in os.listdir(lab.folder) if ".broken-" in name])
cases.end()
