/**
 * Photographs a published page with the installed Chromium, for documents:
 *
 *   node --import tsx scripts/page-picture.ts site/index.html docs/pictures/page.png
 *
 * Exit code 2 = a file is missing among the arguments.
 */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [page, picture] = process.argv.slice(2);
if (page === undefined || picture === undefined) {
  console.error("expected the page and the picture, such as site/index.html docs/pictures/page.png");
  process.exitCode = 2;
} else {
  const executablePath = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
  try {
    const tab = await browser.newPage({ viewport: { width: 1100, height: 900 }, colorScheme: "light" });
    await tab.goto(pathToFileURL(resolve(page)).href);
    await tab.screenshot({ path: picture });
  } finally {
    await browser.close();
  }
}
