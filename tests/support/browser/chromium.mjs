// Debian's Chromium, which asks nobody anything on its own account.
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

// The packages of package.json, wherever they were installed.
export const packages = createRequire(join(process.env.MXPULSE_BROWSER, "package.json"));

const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

// Gives `use` a browser context with a profile of its own, and ends both.
export async function withChromium(options, use) {
  const { chromium } = packages("playwright-core");
  const profile = mkdtempSync(join(tmpdir(), "mxpulse-chromium-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.MXPULSE_CHROMIUM ?? "/usr/bin/chromium",
    headless: true,
    args: ARGUMENTS,
    ...options,
  });
  try {
    return await use(context);
  } finally {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  }
}
