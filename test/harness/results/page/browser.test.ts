import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RunRecord } from "../../../../harness/model/record/record.ts";
import { indexPage } from "../../../../harness/results/page/index-page.ts";
import { runPage } from "../../../../harness/results/page/run-page.ts";
import { sizePage } from "../../../../harness/results/page/size-page.ts";
import { changesOf } from "../../../../harness/results/statistics/changes-of.ts";
import { syntheticNights } from "../../../support/results/synthetic-nights.ts";
import { sampleRecord } from "../sample-record.ts";
import { comparedRecord } from "./compared-record.ts";
import { browserIsInstalled, openBrowser } from "./browser.ts";

const DESK = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };
/** One page of each kind. */
const EACH_KIND = ["index", "a size", "a night whose generator was the limit"];
/** Every page on both screens and in both schemes; one of each kind in all four ways. */
const LOOKS = [
  ["a desk's screen", "light", DESK, undefined],
  ["a desk's screen", "dark", DESK, EACH_KIND],
  ["a phone", "light", PHONE, EACH_KIND],
  ["a phone", "dark", PHONE, undefined],
] as const;

// The code that runs in the page is text: the project is not checked against the types of a browser.
const VIOLATIONS = `axe
  .run({ resultTypes: ["violations"] })
  .then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ": " + html)))`;
/** By how much the table sticks out of what the page has for it. */
const BESIDE_MAIN = `(() => {
  const main = document.querySelector("main");
  const room = main.getBoundingClientRect().right - parseFloat(getComputedStyle(main).paddingRight);
  return document.querySelector("table.cards").getBoundingClientRect().right - room;
})()`;
const OFF_SCREEN = `[...document.querySelectorAll(".prose td")]
  .filter((cell) => cell.getBoundingClientRect().right > innerWidth)
  .map((cell) => cell.textContent)`;
const OVERLAPPING = `[...document.querySelectorAll("svg[role=img]")].flatMap((svg) => {
  const texts = [...svg.querySelectorAll("text")].map((text) => ({ text, box: text.getBoundingClientRect() }));
  return texts.flatMap((one, index) =>
    texts
      .slice(index + 1)
      .filter(
        ({ box }) =>
          box.width > 0 &&
          one.box.left < box.right - 1 && box.left < one.box.right - 1 &&
          one.box.top < box.bottom - 3 && box.top < one.box.bottom - 3,
      )
      .map((other) => one.text.textContent + " over " + other.text.textContent),
  );
})`;
const CUT_OFF = `[...document.querySelectorAll("svg[role=img]")].flatMap((svg) => {
  const edge = svg.getBoundingClientRect();
  if (edge.width === 0) return [];
  return [...svg.querySelectorAll("text")]
    .filter((text) => {
      const box = text.getBoundingClientRect();
      return box.left < edge.left - 1 || box.right > edge.right + 1;
    })
    .map((text) => text.textContent);
})`;
/** Words, dates and pieces of long names that begin on one line and end on another. */
const BROKEN = `(() => {
  const walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  const broken = [];
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    if (node.parentElement.closest("svg, pre") !== null) continue;
    for (const { 0: word, index } of node.data.matchAll(/[\\p{L}\\p{N}]+/gu)) {
      const range = document.createRange();
      range.setStart(node, index);
      range.setEnd(node, index + word.length);
      const tops = new Set([...range.getClientRects()].map(({ top }) => Math.round(top)));
      if (tops.size > 1) broken.push(word);
    }
  }
  return broken;
})()`;

describe.skipIf(!browserIsInstalled())("forty nights in a real browser", () => {
  let folder: string;
  let browser: Browser;
  let axe: string;
  /** By name, each page's HTML. */
  let pages: Readonly<Record<string, string>>;

  beforeAll(async () => {
    const nights = syntheticNights({
      ...{ count: 40, nextPlatform: 5, step: { from: 26, by: 0.25 } },
      isObserved: true,
    });
    const watched = changesOf(nights);
    const resets = [{ architecture: "gke", size: "100", date: "2026-10-24", reason: "another image" }];
    const of = (verdict: RunRecord["verdict"]): RunRecord =>
      nights.findLast((night) => night.verdict === verdict)!;
    const unreadable = [{ path: "gke/100/2026-11-02-torn.json", reason: "Unexpected end of JSON input" }];
    const compared = comparedRecord();
    // The longest name of an environment beside a reason with the longest kind of word.
    const ofMachines = { architecture: "gce-vm", size: "1000", count: 1 };
    const failed = syntheticNights({ ...ofMachines, planted: { 0: "no-quota" } });
    const real = { rehearsals: false };
    pages = {
      index: indexPage({
        ...{ records: [...nights, ...failed, compared], asOf: "2026-11-22" },
        ...{ unreadable, watched, ...real },
      }),
      "a size": sizePage(nights, { ...real, watched, resets }),
      "a clean night": runPage(of("pass"), real),
      "a night whose generator was the limit": runPage(of("generator-limited"), real),
      "a night that measured nothing": runPage(of("infrastructure"), real),
      "a night that leaked": runPage(of("leaked"), real),
      "a night with errors": runPage(of("slo-failed"), real),
      "a comparison": runPage(compared, real),
      "a rehearsal": runPage(sampleRecord(), { rehearsals: true }),
    };
    folder = await mkdtemp(join(tmpdir(), "refbench-site-"));
    for (const [name, text] of Object.entries(pages)) await writeFile(fileOf(name), text);
    axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
    browser = await openBrowser();
  });

  const fileOf = (name: string): string => join(folder, `${name.replaceAll(" ", "-")}.html`);
  const addressOf = (name: string): string => pathToFileURL(fileOf(name)).href;

  afterAll(async () => {
    await browser.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Opens each page in turn, passes it on, and checks that it logs nothing and requests nothing. */
  async function withEach(
    options: BrowserContextOptions,
    look: (page: Page, name: string) => Promise<void>,
    names: readonly string[] = Object.keys(pages),
  ): Promise<void> {
    // The page's policy refuses every script, so also the one that looks for what is not accessible.
    const context = await browser.newContext({ bypassCSP: options.javaScriptEnabled !== false, ...options });
    const page = await context.newPage();
    const said: string[] = [];
    page.on("console", (message) => said.push(message.text()));
    page.on("pageerror", (error) => said.push(error.message));
    page.on("request", (request) => {
      if (!/^(file|data):/.test(request.url())) said.push(`asked for ${request.url()}`);
    });
    for (const name of names) {
      await page.goto(addressOf(name));
      await look(page, name);
      expect(said, name).toEqual([]);
    }
    await context.close();
  }

  test.each(LOOKS)(
    "on %s, %s: axe finds no violation, and nothing but a table scrolls sideways",
    async (_name, colorScheme, viewport, names) => {
      await withEach(
        { viewport, colorScheme },
        async (page, name) => {
          await page.addScriptTag({ content: axe });
          expect(await page.evaluate(VIOLATIONS), name).toEqual([]);
          const wider = await page.evaluate<number>("document.documentElement.scrollWidth - innerWidth");
          expect(wider, name).toBeLessThanOrEqual(0);
        },
        names,
      );
    },
  );

  test("the table of the index fits its page at every width, as rows or as cards", async () => {
    const page = await browser.newPage();
    await page.goto(addressOf("index"));
    for (const width of [320, 600, 960, 1024, 1231, 1232, 1280, 1920]) {
      await page.setViewportSize({ width, height: 800 });
      expect(await page.evaluate<number>(BESIDE_MAIN), `${width} px`).toBeLessThanOrEqual(0);
    }
    await page.close();
  });

  test("without JavaScript, under their own policy, pages show their text, their style and nothing that is refused", async () => {
    await withEach({ javaScriptEnabled: false }, async (page, name) => {
      expect(await page.locator("h1").innerText(), name).not.toBe("");
      const html = await page.content();
      expect(html, name).not.toMatch(/<script/);
    });
    const page = await browser.newPage({ javaScriptEnabled: false });
    await page.goto(addressOf("a clean night"));
    for (const name of [
      "Objectives",
      "Stages",
      "Latency",
      "Over time",
      "Cost",
      "Teardown",
      "Provenance",
      "Reproduce this run",
    ])
      expect(await page.getByRole("heading", { name, exact: true }).isVisible(), name).toBe(true);
    expect(await page.getByRole("img", { name: "workspace-ready: latency by percentile" }).isVisible()).toBe(
      true,
    );
    await page.close();
  });

  test("charts follow the scheme: in the dark they are drawn in other colours", async () => {
    const strokes: string[] = [];
    for (const colorScheme of ["light", "dark"] as const) {
      const page = await browser.newPage({ colorScheme, bypassCSP: true });
      await page.goto(addressOf("a clean night"));
      strokes.push(
        await page.evaluate<string>(
          `getComputedStyle(document.querySelector('svg [stroke="var(--series-1)"]')).stroke`,
        ),
      );
      await page.close();
    }
    expect(strokes[0]).toMatch(/^rgb/);
    expect(strokes[0]).not.toBe(strokes[1]);
  });

  test("on a phone what an objective reached, and a comparison found, is seen without scrolling", async () => {
    await withEach({ viewport: PHONE }, async (page, name) => {
      expect(await page.evaluate(OFF_SCREEN), name).toEqual([]);
    });
  });

  test("no word breaks within, at any width", async () => {
    for (const width of [320, 380, 800, 1280])
      await withEach({ viewport: { width, height: 800 } }, async (page, name) => {
        expect(await page.evaluate(BROKEN), `${name}, ${width} px`).toEqual([]);
      });
  });

  test("no label of a chart is cut off by its picture's edge, and none lies over another", async () => {
    await withEach({ viewport: PHONE }, async (page, name) => {
      expect(await page.evaluate(CUT_OFF), name).toEqual([]);
      expect(await page.evaluate(OVERLAPPING), name).toEqual([]);
    });
  });
});
