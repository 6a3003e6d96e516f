"""Which lines of src/ and include/ the tests ran: gcc counted them, gcovr reads it, this sums them up folder by folder."""

import collections
import json
import os
import subprocess

PURE_LEAST, WHOLE_LEAST = 95, 90  # percent of the lines

# The pure heart (README, "How the code is laid out"): three folders and, of src/gate, what decides rather than tells.
PURE_FOLDERS = {"src/watch", "src/schedule", "src/health"}
PURE_FILES = {"src/gate/gate.cpp", "src/gate/gate.hpp", "src/gate/gate_saved.cpp"}


class Lines:
    def __init__(self):
        self.run, self.all = 0, 0

    def add(self, file):
        self.run += file["line_covered"]
        self.all += file["line_total"]

    def percent(self):
        return 100 * self.run / self.all if self.all else 0.0


def is_pure(name):
    return os.path.dirname(name) in PURE_FOLDERS or name in PURE_FILES


def read(root, folder):
    """What gcovr found below `folder`, one entry a source file."""
    summary = os.path.join(folder, "coverage.json")
    compiler = subprocess.run(["g++", "-dumpversion"], stdout=subprocess.PIPE, text=True, check=True).stdout.strip().split(".")[0]
    subprocess.run(["gcovr", "--root", root, "--filter", "src/", "--filter", "include/", "--gcov-executable", f"gcov-{compiler}",
                    "-j", str(os.cpu_count()), "--json-summary", summary, folder], cwd=root, check=True, stderr=subprocess.DEVNULL)
    with open(summary, encoding="utf-8") as file:
        return json.load(file)["files"]


def forget(folder):
    """What earlier runs counted."""
    for place, _, names in os.walk(folder):
        for name in names:
            if name.endswith(".gcda"):
                os.remove(os.path.join(place, name))


def report(root, folder):
    """Prints a line a folder, the pure heart and the whole; returns what is below its least."""
    folders, pure, whole = collections.defaultdict(Lines), Lines(), Lines()
    for file in read(root, folder):
        folders["/".join(file["filename"].split("/")[:2])].add(file)
        whole.add(file)
        if is_pure(file["filename"]):
            pure.add(file)
    for name, lines in sorted(folders.items()):
        print(f"{lines.percent():5.1f} %  {name}")
    short = []
    for name, lines, least in (("the pure heart", pure, PURE_LEAST), ("the whole", whole, WHOLE_LEAST)):
        print(f"{lines.percent():5.1f} %  {name}: {lines.run} of {lines.all} lines, at least {least} % wanted")
        if lines.percent() < least:
            short.append(f"coverage of {name}")
    return short
