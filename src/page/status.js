// Keeps the page fresh: fetches it again and exchanges what is inside <main>. Without this script the page is the same, until you reload it.
"use strict";

const INTERVAL = 10000;

function remembered(main) {
  const focus = main.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  return { open: new Map([...main.querySelectorAll("details[id]")].map((one) => [one.id, one.open])), focus };
}

function restore(main, before) {
  for (const one of main.querySelectorAll("details[id]")) {
    if (before.open.has(one.id)) one.open = before.open.get(one.id);
  }
  if (before.focus) main.querySelector(`a[href="${CSS.escape(before.focus)}"]`)?.focus({ preventScroll: true });
}

async function refresh() {
  try {
    const answer = await fetch(location.pathname, { cache: "no-store" });
    if (!answer.ok) throw new Error(String(answer.status));
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const main = document.querySelector("main");
    const before = remembered(main);
    main.replaceChildren(...fresh.querySelector("main").childNodes);
    restore(main, before);
    document.title = fresh.title;
    document.body.classList.remove("old");
  } catch {
    document.body.classList.add("old");
  }
}

if (location.pathname !== "/runbook") setInterval(() => document.hidden || refresh(), INTERVAL);
