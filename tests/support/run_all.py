#!/usr/bin/env python3
"""Builds each preset, runs its tests and counts them. The last line: N passed, N failed[, N skipped]."""

import os
import subprocess
import sys
import xml.etree.ElementTree as xml

import coverage

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# preset, which tests run on it (a ctest label; None: it only has to build)
FULL = [("dev", "unit|tidy"), ("clang", "unit"), ("release", "scenario|simulation"), ("release", "integration")]
FAST = [("dev", "unit|tidy")]
COVERAGE = [("coverage", "unit|scenario"), ("coverage", "integration")]


class Count:
    def __init__(self):
        self.passed, self.failed, self.skipped = 0, [], []

    def build(self, preset):
        """Compiling is a test too: warnings are errors."""
        for command in (["cmake", "--preset", preset], ["cmake", "--build", "--preset", preset]):
            done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            if done.returncode != 0:
                print(done.stdout)
                self.failed.append(f"build {preset}")
                return False
        self.passed += 1
        return True

    def fuzz(self, seconds):
        """Every fuzz target for so long; a line each, "ok ..." or "FAIL ..."."""
        done = subprocess.run([os.path.join(ROOT, "tests", "fuzz", "run"), str(seconds)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        print(done.stdout, end="")
        lines = done.stdout.splitlines()
        self.passed += sum(line.startswith("ok ") for line in lines)
        self.failed += [f"fuzz: {line[5:]}" for line in lines if line.startswith("FAIL ")]
        if not any(line.startswith(("ok ", "FAIL ")) for line in lines):
            self.failed.append("fuzz: no target ran")

    def test(self, preset, label):
        folder = os.path.join(ROOT, "build", preset)
        report = os.path.join(folder, "report.xml")
        if os.path.exists(report):
            os.remove(report)
        subprocess.run(["ctest", "--test-dir", folder, "-L", label, "--output-on-failure", "--output-junit", report,
                        "-j", str(os.cpu_count())], cwd=ROOT)
        cases = xml.parse(report).getroot().iter("testcase") if os.path.exists(report) else []
        found = False
        for case in cases:
            found = True
            name = f"{preset}: {case.get('name')}"
            if case.get("status") == "run":
                self.passed += 1
            elif case.find("skipped") is not None or case.get("status") == "notrun":
                self.skipped.append(name)
            else:
                self.failed.append(name)
        if not found:
            self.failed.append(f"{preset}: no test ran")


def main():
    count = Count()
    counted = os.path.join(ROOT, "build", "coverage")
    coverage.forget(counted)
    what = COVERAGE if "--coverage" in sys.argv[1:] else FAST if "--fast" in sys.argv[1:] else FULL
    for preset, label in what:
        print(f"== {preset}", flush=True)
        if count.build(preset):
            count.test(preset, label)
    if what is COVERAGE:
        print("== coverage", flush=True)
        short = coverage.report(ROOT, counted)
        count.passed += 2 - len(short)
        count.failed += short
    if what is FULL:
        print("== fuzz", flush=True)
        count.fuzz(int(sys.argv[sys.argv.index("--fuzz") + 1]) if "--fuzz" in sys.argv else 30)
    for name in count.skipped:
        print(f"skipped: {name}")
    for name in count.failed:
        print(f"failed: {name}")
    print(f"{count.passed} passed, {len(count.failed)} failed" + (f", {len(count.skipped)} skipped" if count.skipped else ""))
    return 1 if count.failed else 0


sys.exit(main())
