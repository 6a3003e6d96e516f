"""Chromium for tests that look at pages, driven by playwright-core. Nothing here is fetched where it is there already."""

import filecmp
import os
import shutil
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LOCK = os.path.join(ROOT, "tests", "support", "browser", "package-lock.json")
FOLDER = os.path.join(ROOT, "build", "browser")  # never committed


def lacking():
    """Why no browser can be had; empty if one can. Installs the npm packages, so call it before a namespace cuts the network off."""
    for program in ("chromium", "node", "npm"):
        if not shutil.which(program):
            return f"no {program} is installed"
    if not installed():
        os.makedirs(FOLDER, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(os.path.join(os.path.dirname(LOCK), name), FOLDER)
        done = subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=FOLDER, capture_output=True, text=True, timeout=300)
        if done.returncode != 0:
            return "npm cannot install playwright-core: " + done.stderr[-500:]
        shutil.copy(LOCK, os.path.join(FOLDER, "node_modules"))
    return ""


def installed():
    mark = os.path.join(FOLDER, "node_modules", "package-lock.json")
    return os.path.exists(mark) and filecmp.cmp(mark, LOCK, shallow=False)


def run(script, *arguments, **options):
    """Runs a script of tests/support/browser with what it needs in MXPULSE_BROWSER."""
    path = os.path.join(os.path.dirname(LOCK), script)
    return subprocess.run(["node", path, *arguments], env={**os.environ, "MXPULSE_BROWSER": FOLDER}, text=True, **options)
