#!/usr/bin/env python3
"""clang-tidy finds nothing in src (.clang-tidy says what it looks for)."""

import glob
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.dirname(os.path.abspath(sys.argv[1]))  # where mxpulse was built, compile_commands.json with it

if not shutil.which("clang-tidy"):
    print("skip: no clang-tidy on this machine")
    sys.exit(77)


def findings(path):
    done = subprocess.run(["clang-tidy", "--quiet", "-p", BUILD, "--extra-arg=-Wno-unknown-warning-option", path], capture_output=True, text=True)
    return "" if done.returncode == 0 else done.stdout or done.stderr


with ThreadPoolExecutor(os.cpu_count()) as pool:
    found = [text for text in pool.map(findings, sorted(glob.glob(ROOT + "/src/**/*.cpp", recursive=True))) if text]
print("\n".join(found))
sys.exit(1 if found else 0)
