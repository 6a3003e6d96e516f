#!/usr/bin/env python3
"""The status page in Chromium: a host dies and recovers and the page shows it; hostile words stay text; everybody can read it."""

from lab import *

sys.path.insert(0, os.path.join(ROOT, "tests", "support"))
import browser  # noqa: E402

if os.environ.get("MXPULSE_LAB") != "inside":
    why = browser.lacking()  # npm needs the network that the lab has not
    if why:
        print("skip:", why)
        sys.exit(SKIP)
enter()
cases = Cases()

HOSTILE = "220 <script>globalThis.attacked = 1</script><img src=x onerror=\"globalThis.attacked = 1\"> \"'> \u202egpj.exe\u2066 &lt;b&gt;"
PICTURES = os.environ.get("MXPULSE_PICTURES", "")  # where to keep them
CONFIG = quick() + """[watch]
destinations = ["good.lab.example", "dies.lab.example", "hostile.lab.example", "refused.lab.example", "{long}.lab.example", "null.lab.example"]
[vantage]
controls = ["control.example"]
"""
LONG = "-".join(["a-very-long-name"] * 3)


class Eyes:
    """The browser, told step by step."""

    def __init__(self, folder):
        path = os.path.join(ROOT, "tests", "support", "browser", "status_page.mjs")
        self.process = subprocess.Popen(["node", path, "http://127.0.0.1:9425", folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        env={**os.environ, "MXPULSE_BROWSER": browser.FOLDER})

    def do(self, step, **details):
        self.process.stdin.write(json.dumps({"step": step, **details}) + "\n")
        self.process.stdin.flush()
        return self.heard()

    def heard(self):
        line = self.process.stdout.readline()
        assert line, "the browser ended"
        return json.loads(line)


with Lab() as lab:
    zone = "".join(f"{name} MX 10 mx{number}.{name}\nmx{number}.{name} A 192.0.2.{number}\n"
                   for number, name in enumerate(["good", "dies", "hostile", "refused", LONG], 1))
    lab.dns({"lab.example": zone + "null MX 0 .", "control.example": "@ MX 10 mx\nmx A 192.0.2.200"})
    for number in (1, 5, 200):
        Host(f"192.0.2.{number}", says(b"220 ready\r\n"))
    dies = Host("192.0.2.2", says(b"220 alive\r\n"))
    Host("192.0.2.3", says(HOSTILE.encode() + b"\r\n"))
    daemon = lab.daemon(CONFIG.format(long=LONG))
    eventually(lambda: metrics().get('mxpulse_destinations{verdict="unknown"}') == 0, "everybody is known", 60, daemon.log)

    eyes = Eyes(PICTURES or lab.folder)
    lab.processes.append(eyes.process)
    seen = eyes.do("shows", name="dies.lab.example", words="available")
    cases.check("who answers is shown available", seen["heading"].startswith("It is them: 1 destination does not answer"), seen)
    firewall("-A INPUT -d 192.0.2.2 -p tcp --dport 25 -j DROP")
    seen = eyes.do("shows", name="dies.lab.example", words="no answer")
    cases.check("a host dies: the open page shows it by itself", seen["heading"].startswith("It is them: 2 destinations do not answer"), seen)
    firewall("-D INPUT -d 192.0.2.2 -p tcp --dport 25 -j DROP")
    seen = eyes.do("shows", name="dies.lab.example", words="available")
    cases.check("and its recovery", seen["heading"].startswith("It is them: 1 destination does not answer"), seen)
    outages = json.loads(get("/api/v1/destinations/dies.lab.example")[1])["incidents"]
    cases.check("its outage is kept, with what the host said when it was back", len(outages) == 1 and outages[0]["last_words"] == "220 alive"
                and outages[0]["cause"] == "timeout", outages)

    seen = eyes.do("hostile", name="hostile.lab.example")
    cases.check("a hostile greeting is text, to the last character", len(seen["quotes"]) == 1 and seen["quotes"][0].startswith(
        "220 <script>globalThis.attacked = 1</script><img src=x onerror=\"globalThis.attacked = 1\"> \"'> \\xE2\\x80\\xAEgpj.exe\\xE2\\x81\\xA6 &lt;b&gt;"), seen)
    cases.check("and runs nothing", seen["scripts"] == 1 and not seen["attacked"], seen)

    seen = eyes.do("look", name="dies.lab.example")["findings"]
    cases.check("axe-core finds nothing serious, and nothing is wider than the window: light, dark, 375 pixels", len(seen) == 9 and not any(seen.values()), {k: v for k, v in seen.items() if v})
    seen = eyes.do("end")
    cases.check("no request leaves the origin", seen["foreign"] == [], seen)
    cases.check("and nothing breaks the page's policy", seen["complaints"] == [], seen)
    seen = eyes.heard()["text"]
    cases.check("without JavaScript the page says as much", all(word in seen for word in ("It is them", "dies.lab.example", "refused.lab.example", "no answer", "Outages")), seen)
    eyes.process.stdin.close()
    cases.check("the browser ends", eyes.process.wait(30) == 0)
cases.end()
