import { existsSync } from "node:fs";
import { chromium, type Browser } from "playwright-core";

const path = process.env["CHROMIUM"] ?? "/usr/bin/chromium";

/** Whether there is a browser to open pages in; says aloud when not, since a skipped proof proves nothing. */
export function browserIsInstalled(): boolean {
  const installed = existsSync(path);
  if (!installed)
    console.warn(`SKIPPED: no Chromium at ${path}: install it (Debian: chromium) or name one in CHROMIUM`);
  return installed;
}

/** Starts the browser, without its own background requests. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: path,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}
