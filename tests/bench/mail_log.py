"""A Postfix log to read: two of eight lines a delivery or a bounce."""

import os

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
