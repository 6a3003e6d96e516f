#!/usr/bin/env python3
"""Moves of the gate are told to HTTP receivers: signed, in order, again after a failure, and never at the cost of a probe."""

import hashlib
import hmac
import http.server

from gate_lab import *

enter()
cases = Cases()

SECRET = "webhook-secret-0123456789"
TOKEN = "posting-token-0123456789"
CONFIG = QUICK + """[watch]
bounces = 1
[gate]
mode = "{mode}"
[http]
token_file = "{folder}/token"
{webhooks}
"""
WEBHOOK = """[[gate.webhook]]
url = "http://127.0.0.1:{port}{path}"
secret_file = "{folder}/secret"
timeout = "{timeout}"
queue = {queue}
"""


class Receiver:
    """An HTTP server that keeps what it is told, and answers as it is told to: a status, or seconds of silence before it."""

    def __init__(self, port, *plan):
        self.requests = []
        self.plan = list(plan)
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def take(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                answer = receiver.plan.pop(0) if receiver.plan else 200
                receiver.requests.append((self.command, self.path, dict(self.headers), body, answer))
                if isinstance(answer, float):
                    time.sleep(answer)
                    answer = 200
                reply = b'{"id":"suspension-1"}' + b" " * 200_000
                self.send_response(answer)
                if 300 <= answer < 400:
                    self.send_header("Location", f"http://127.0.0.1:{port}/elsewhere")
                self.send_header("Content-Length", str(len(reply)))
                self.end_headers()
                self.wfile.write(reply)

            do_POST = do_DELETE = do_GET = take

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def told(self, answered=200):
        """The objects of requests that were answered so."""
        return [json.loads(body) for *_, body, answer in list(self.requests) if answered is None or answer == answered]

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def is_signed(headers, body):
    """As the README says how to verify."""
    fields = dict(part.split("=", 1) for part in headers["X-Mxpulse-Signature"].split(","))
    expected = hmac.new(SECRET.encode(), fields["t"].encode() + b"." + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, fields["v1"]) and abs(time.time() - int(fields["t"])) < 60


def bounce(destination, queue_id="1"):
    event = {"destination": destination, "queue_id": queue_id, "class": "no_answer", "cause": "timeout", "said_by": "local", "text": "Connection timed out"}
    request = urllib.request.Request("http://127.0.0.1:9425/api/v1/bounces", json.dumps(event).encode(), {"Authorization": "Bearer " + TOKEN})
    urllib.request.urlopen(request, timeout=10).read()


def webhook(lab, port, path="/", timeout="2s", queue=100):
    return WEBHOOK.format(folder=lab.folder, port=port, path=path, timeout=timeout, queue=queue)


def daemon(lab, webhooks, mode="enforce"):
    lab.write("token", TOKEN + "\n")
    lab.write("secret", SECRET + "\n")
    return lab.daemon(CONFIG.format(folder=lab.folder, mode=mode, webhooks=webhooks))


def results():
    return {re.search('result="([^"]*)"', series)[1]: int(value) for series, value in metrics().items() if series.startswith("mxpulse_webhooks_total{")}


def moves(receiver, destination):
    return [one["move"] for one in receiver.told() if one["destination"] == destination]


with Lab() as lab:
    other = destinations(lab)
    flaky = Receiver(8001, 503, 500, 0.0)  # two failures first
    slow = Receiver(8002, *[30.0] * 5)  # answers long after its timeout
    moved = Receiver(8003, *[302] * 100)
    running = daemon(lab, webhook(lab, 8001) + webhook(lab, 8002, timeout="1s") + webhook(lab, 8003) + webhook(lab, 8009))
    bounce("dest.lab.example")
    eventually(lambda: moves(flaky, "dest.lab.example") == ["held"] or len(flaky.requests) >= 3, "the hold is told", 60, running.log)
    held_told = flaky.told(None)
    cases.check("a failure is told again, with the same id, until it is taken", len({one["id"] for one in held_told}) == 1 and len(held_told) == 3, held_told)
    one = held_told[0]
    cases.check("the object says what moved, why, how long", (one["schema_version"], one["destination"], one["provider"], one["move"], one["mode"])
                == (1, "dest.lab.example", "lab.example", "held", "enforce") and one["until"] > one["time"] and one["why"], one)
    cases.check("each telling is signed", all(is_signed(headers, body) for _, _, headers, body, _ in flaky.requests))
    cases.check("a spoiled body would be noticed", not is_signed(flaky.requests[0][2], flaky.requests[0][3] + b" "))

    host = comes_back("dest.lab.example")
    eventually(lambda: "released" in moves(flaky, "dest.lab.example"), "the release is told", 60, running.log)
    cases.check("in order", [one["move"] for one in flaky.told(None)][2:] == ["held", "released"], flaky.told(None))
    lag = metrics()
    late = lag["mxpulse_probe_lag_seconds_count"] - lag['mxpulse_probe_lag_seconds_bucket{le="1"}']
    cases.check("a dead, a slow and a redirecting receiver delay no probe", lag["mxpulse_probe_lag_seconds_count"] >= 3 and late == 0, late)
    eventually(lambda: results()["failed"] >= 2 and results()["retried"] >= 4, "the others are counted", 60, running.log)
    cases.check("a redirect is not followed", all(path == "/" for _, path, *_ in moved.requests) and len(moved.requests) == 2, [one[:2] for one in moved.requests])
    counted = results()
    cases.check("what was taken is counted", counted["sent"] >= 2 and counted["dropped"] == 0, counted)
    log = open(running.log, encoding="utf-8").read()
    cases.check("what is given up is logged, without the secret", "result=failed" in log and SECRET not in log)
    begun = time.monotonic()
    lab.end(running)
    cases.check("it ends soon, though receivers are dead and slow", time.monotonic() - begun < 8, time.monotonic() - begun)
    for receiver in (flaky, slow, moved):
        receiver.close()
    host.close()

    firewall("-A INPUT -d 192.0.2.50 -p tcp --dport 25 -j DROP")
    kumo = Receiver(8004)
    running = daemon(lab, '[[gate.webhook]]\nurl = "http://127.0.0.1:8004/"\npreset = "kumomta"')
    bounce("dest.lab.example")
    eventually(lambda: kumo.requests, "KumoMTA is told to suspend", 60, running.log)
    host = comes_back("dest.lab.example")
    eventually(lambda: len(kumo.requests) >= 3, "and to go on", 60, running.log)
    cases.check("KumoMTA: suspend, lift by id, rebind", [(method, path) for method, path, *_ in kumo.requests] == [
        ("POST", "/api/admin/suspend/v1"), ("DELETE", "/api/admin/suspend/v1"), ("POST", "/api/admin/rebind/v1")], kumo.requests)
    suspend, lift, rebind = kumo.told()
    cases.check("the suspension ends with the lease", re.fullmatch(r"\d+s", suspend["duration"]) and 0 < int(suspend["duration"][:-1]) <= 86400, suspend)
    cases.check("by the id of its answer", lift == {"id": "suspension-1"} and rebind["domain"] == "dest.lab.example" and rebind["always_flush"], (lift, rebind))
    lab.end(running)
    kumo.close()
    host.close()

    firewall("-A INPUT -d 192.0.2.50 -p tcp --dport 25 -j DROP")
    heard = Receiver(8005)
    running = daemon(lab, webhook(lab, 8005), "observe")
    bounce("dest.lab.example")
    eventually(lambda: moves(heard, "dest.lab.example") == ["held"], "observe mode tells too", 60, running.log)
    cases.check("that it would hold", heard.told()[0]["mode"] == "observe")
    lab.write("mxpulse.toml", CONFIG.format(folder=lab.folder, mode="observe", webhooks=""))
    running.send_signal(signal.SIGHUP)
    eventually(lambda: "event=reload" in open(running.log, encoding="utf-8").read(), "it reloads", 30, running.log)
    host = comes_back("dest.lab.example")
    eventually(lambda: "to=released" in open(running.log, encoding="utf-8").read(), "and goes on", 60, running.log)
    lab.end(running)
    host.close()
    cases.check("a receiver that a reload removed hears no more", len(heard.requests) == 1, heard.told(None))
    heard.close()
    other.close()
cases.end()
