// Looks at the status page as a person would, and says what it saw as JSON. Arguments: the daemon's URL, a folder for pictures.
// Does what standard input tells it, a JSON object a line, so that the test can let hosts die between the steps.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { packages, withChromium } from "./chromium.mjs";

const [daemon, folder] = process.argv.slice(2);
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const say = (step, seen) => console.log(JSON.stringify({ step, ...seen }));
const axe = readFileSync(packages.resolve("axe-core/axe.min.js"), "utf8");

// What axe-core finds that is serious. Evaluated through the debugger, which the page's policy does not bind.
async function seriousFindings(page) {
  await page.evaluate(axe);
  const { violations, passes } = await page.evaluate(() => globalThis.axe.run());
  if (passes.length === 0) return ["axe-core looked at nothing"];
  return violations.filter((one) => ["serious", "critical"].includes(one.impact)).map((one) => `${one.id}: ${one.nodes[0].html}`);
}

await withChromium({ viewport: { width: 1200, height: 900 } }, async (context) => {
  const foreign = [];
  const complaints = [];
  context.on("request", (request) => { if (!request.url().startsWith(daemon)) foreign.push(request.url()); });
  const page = await context.newPage();
  page.on("console", (message) => { if (message.type() === "error") complaints.push(message.text()); });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("dialog", async (dialog) => { complaints.push(`dialog: ${dialog.message()}`); await dialog.dismiss(); });

  const verdictOf = (name) => page.locator(`tr:has(a[href="/destinations/${name}"]) .verdict`).first();
  const shows = (name, words) => verdictOf(name).filter({ hasText: words }).waitFor({ state: "attached", timeout: 60000 });

  await page.goto(daemon + "/");
  for await (const line of lines) {
    const { step, name, words } = JSON.parse(line);
    if (step === "shows") {  // the page comes to show it, by itself
      await shows(name, words);
      say(step, { verdict: await verdictOf(name).textContent(), heading: await page.locator("h1").textContent() });
    } else if (step === "hostile") {
      await page.goto(`${daemon}/destinations/${name}`);
      const quotes = await page.locator(".hosts .quote, .outages .quote").allTextContents();
      const scripts = await page.locator("script").count();
      await page.goto(daemon + "/");
      say(step, { quotes, scripts, attacked: await page.evaluate(() => "attacked" in globalThis) });
    } else if (step === "look") {
      const findings = {};
      for (const [look, width, colorScheme] of [["light", 1200, "light"], ["dark", 1200, "dark"], ["narrow", 375, "light"]]) {
        await page.setViewportSize({ width, height: 900 });
        await page.emulateMedia({ colorScheme });
        for (const path of ["/", `/destinations/${name}`, "/runbook"]) {
          await page.goto(daemon + path);
          findings[`${look} ${path}`] = await seriousFindings(page);
          const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
          if (wide > 0) findings[`${look} ${path}`].push(`${wide} pixels wider than the window`);
          if (path === "/") await page.screenshot({ path: `${folder}/status-${look}.png` });
        }
      }
      say(step, { findings });
    } else if (step === "end") {
      break;
    }
  }
  say("end", { foreign, complaints });
});

await withChromium({ javaScriptEnabled: false }, async (context) => {
  const page = await context.newPage();
  await page.goto(daemon + "/");
  say("plain", { text: await page.locator("main").textContent() });
});
