#!/usr/bin/env python3
"""The order of the house: arrows, top level, forbidden constructs. Proves on spoiled copies that it would notice."""

import os
import re
import shutil
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

TOP = {"CMakeLists.txt", "CMakePresets.json", "LICENSE", "README.md", "src", "include", "config", "dashboards", "tests"}
# Who may include whom, besides itself and mxpulse/.
EDGES = {"net"}
ARROWS = {
    "words": set(), "watch": set(), "schedule": set(), "health": set(), "config": set(), "bounce": set(), "metrics": set(), "page": set(), "net": set(), "gate": EDGES,
    "dns": EDGES, "probe": EDGES, "http": EDGES, "demo": EDGES, "store": EDGES,
    "daemon": {"gate", "watch", "schedule", "health", "config", "bounce", "dns", "probe", "metrics", "http", "page", "net", "demo", "store"},
    "cli": {"daemon", "gate", "watch", "schedule", "health", "config", "bounce", "dns", "probe", "metrics", "http", "page", "net", "demo", "store"},
    "main.cpp": {"cli"},
}
PURE = {"watch", "schedule", "health"}
# A library's header belongs to one folder.
HOMES = {"uv.h": {"net"}, "ares.h": {"dns"}, "libpsl.h": {"dns"}, "idn2.h": {"words"}, "microhttpd.h": {"http"}, "toml++/": {"config"},
         "prometheus/": {"metrics"}, "systemd/": {"daemon", "bounce"}, "nlohmann/": {"daemon", "cli", "bounce", "gate"},
         "re2/": {"bounce"}, "gmime/": {"bounce"}, "zlib.h": {"bounce"}, "libdeflate.h": {"http"}, "sqlite3.h": {"store"}, "curl/": {"cli", "gate"}, "openssl/": {"gate"}}
COROUTINE = re.compile(r"\bco_(await|yield|return)\b")
SLEEP = re.compile(r"\b(sleep_for|sleep_until|usleep|nanosleep|sleep)\s*\(")
CLOCK = re.compile(r"_clock::now\s*\(|\bclock_gettime\b|\btime\s*\(\s*(nullptr|NULL|0)\s*\)")
INCLUDE = re.compile(r'^\s*#include\s+([<"])([^>"]+)[>"]', re.M)


def files(root, *folders, endings=(".cpp", ".hpp")):
    for folder in folders:
        for path, _, names in os.walk(os.path.join(root, folder)):
            for name in sorted(names):
                if name.endswith(endings):
                    yield os.path.join(path, name)


def findings(root):
    """Everything that is out of order, a line each."""
    for name in sorted(os.listdir(root)):
        if name not in TOP and not name.startswith(".") and name != "build":
            yield f"{name}: does not belong at the top level"
    for path in files(root, "include", "src", "tests"):
        yield from of_file(root, path)


def of_file(root, path):
    name = os.path.relpath(path, root)
    text = open(path, encoding="utf-8").read()
    if COROUTINE.search(text):
        yield f"{name}: a coroutine (g++ 12.2 miscompiles them)"
    if path.endswith(".hpp"):
        if "#pragma once" not in text:
            yield f"{name}: no #pragma once"
        if not text.startswith("//"):
            yield f"{name}: does not begin with what it is for"
        if "using namespace" in text:
            yield f"{name}: using namespace in a header"
    if name.startswith("tests/unit") and SLEEP.search(text):
        yield f"{name}: a unit test sleeps"
    if name.startswith("tests"):
        return
    folder = "include" if name.startswith("include") else name.split("/")[1]
    if folder not in ARROWS and folder != "include":
        yield f"{name}: a folder that the story does not have"
        return
    for mark, header in INCLUDE.findall(text):
        yield from of_include(name, folder, mark, header)
    if folder in PURE and CLOCK.search(text):
        yield f"{name}: pure code asks a clock"


def of_include(name, folder, mark, header):
    if header.startswith("mxpulse/"):
        return
    if mark == '"':
        target = header.split("/")[0]
        if folder == "include" or (target != folder and target not in ARROWS[folder]):
            yield f"{name}: may not include {header}"
        return
    standard = "/" not in header and "." not in header
    if (folder in PURE or folder == "include") and not standard:
        yield f"{name}: may include the standard library alone, not {header}"
    for library, homes in HOMES.items():
        if header.startswith(library) and folder not in homes:
            yield f"{name}: {header} belongs into src/{' or '.join(sorted(homes))}"


# Each spoils a copy in one way: file, text put at its end, what must be found.
SPOILED = [
    ("src/health/no_answer_streak.cpp", '#include "probe/greeting.hpp"\n', "may not include"),
    ("src/probe/greeting.cpp", '#include "daemon/daemon.hpp"\n', "may not include"),
    ("src/schedule/schedule.cpp", "#include <sys/socket.h>\n", "standard library alone"),
    ("src/watch/watchlist.cpp", "auto spoiled = std::chrono::steady_clock::now();\n", "asks a clock"),
    ("src/probe/greeting.cpp", "#include <uv.h>\n", "belongs into src/net"),
    ("include/mxpulse/cause.hpp", "#include <uv.h>\n", "standard library alone"),
    ("src/dns/cache.cpp", "void spoiled() { co_return; }\n", "a coroutine"),
    ("tests/unit/health/no_answer_streak_test.cpp", "void spoiled() { std::this_thread::sleep_for(1s); }\n", "sleeps"),
    ("notes.txt", "spoiled\n", "top level"),
    ("src/net/loop.hpp", "using namespace std;\n", "using namespace"),
]


def unnoticed():
    """Spoiled copies that findings() takes for good ones."""
    with tempfile.TemporaryDirectory() as folder:
        for number, (name, text, expected) in enumerate(SPOILED):
            copy = os.path.join(folder, str(number))
            os.mkdir(copy)
            for part in ("include", "src", "tests"):
                shutil.copytree(os.path.join(ROOT, part), os.path.join(copy, part))
            with open(os.path.join(copy, name), "a", encoding="utf-8") as file:
                file.write(text)
            if not any(expected in one for one in findings(copy)):
                yield f"a spoiled {name} went unnoticed: {expected}"


problems = list(findings(ROOT)) + list(unnoticed())
for problem in problems:
    print(problem)
sys.exit(1 if problems else 0)
