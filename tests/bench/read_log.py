#!/usr/bin/env python3
"""How fast one core reads a Postfix log of 1 GB: `mxpulse classify`, beside grep -c over the same file, in turn.

tests/bench/read_log.py MXPULSE [MEGABYTES]; prints MB/s, the ratio, and the most memory used.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time

DOMAINS = 5000
LINES = ("postfix/smtpd[{n}]: connect from client{d}.example.net[198.51.100.7]",
         "postfix/smtpd[{n}]: {q}: client=client{d}.example.net[198.51.100.7], sasl_method=PLAIN, sasl_username=user{d}",
         "postfix/cleanup[{n}]: {q}: message-id=<20261124120000.{n}.{d}@client.example.net>",
         "postfix/qmgr[811]: {q}: from=<sender{d}@example.net>, size=5312, nrcpt=1 (queue active)",
         "postfix/smtp[{n}]: {q}: to=<user{n}@d{d}.example>, relay=mx.d{d}.example[192.0.2.1]:25, delay=1.2, delays=0.1/0/0.5/0.6, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 7C1D240A)",
         "postfix/smtp[{n}]: {q}: to=<user{n}@d{d}.example>, relay=none, delay=30, delays=0/0/30/0, dsn=4.4.1, status=deferred (connect to mx.d{d}.example[192.0.2.1]:25: Connection timed out)",
         "postfix/qmgr[811]: {q}: removed",
         "postfix/smtpd[{n}]: disconnect from client{d}.example.net[198.51.100.7] ehlo=2 starttls=1 auth=1 mail=1 rcpt=1 data=1 quit=1 commands=8")


def write(path, size):
    """Lines of DOMAINS destinations, one delivery and one bounce a message; a block of them again and again."""
    block = []
    for number in range(DOMAINS):
        for line in LINES:
            block.append("2026-11-24T12:00:00.123456+00:00 mail " + line.format(n=10000 + number, d=number, q=f"4{number:09X}") + "\n")
    text = "".join(block).encode()
    with open(path, "wb") as file:
        for _ in range(max(1, size // len(text))):
            file.write(text)
    return os.path.getsize(path)


def seconds(command, **options):
    start = time.monotonic()
    subprocess.run(command, check=True, **{"stdout": subprocess.DEVNULL, **options})
    return time.monotonic() - start


mxpulse, megabytes = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1000
with tempfile.TemporaryDirectory() as folder:
    log = folder + "/mail.log"
    size = write(log, megabytes * 1_000_000)
    seconds(["cat", log])
    rounds = [(seconds(["taskset", "-c", "0", "grep", "-c", "-E", "status=(sent|deferred|bounced)", log], stdout=subprocess.PIPE),  # to /dev/null it would stop at the first
               seconds(["taskset", "-c", "0", mxpulse, "classify", "--format", "postfix", log])) for _ in range(3)]
grep, ours = (sorted(one[k] for one in rounds)[1] for k in (0, 1))
memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
print(f"{size / 1e6:.0f} MB: classify {size / 1e6 / ours:.0f} MB/s, grep -E {size / 1e6 / grep:.0f} MB/s, {ours / grep:.2f} times grep's time; "
      f"at most {memory:.0f} MB of memory (median of 3 rounds, one core)")
