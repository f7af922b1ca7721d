import { describe, expect, test } from "vitest";
import type { RunRecord } from "../../../../harness/model/record/record.ts";
import { resultsJson } from "../../../../harness/results/history/json.ts";
import { indexPage } from "../../../../harness/results/page/index-page.ts";
import { siteOf } from "../../../../harness/results/page/site.ts";
import { sizePage } from "../../../../harness/results/page/size-page.ts";
import { changesOf } from "../../../../harness/results/statistics/changes-of.ts";
import { syntheticNights } from "../../../support/results/synthetic-nights.ts";
import { officialRecord, sampleMeasurements, sampleRecord, unmeasured } from "../sample-record.ts";
import { comparedRecord } from "./compared-record.ts";

const AS_OF = "2026-11-22";
const NIGHTS = syntheticNights({ count: 4, planted: { 1: "no-quota", 2: "leaked" } });

const SITE = siteOf({ records: [...NIGHTS, comparedRecord()], rehearsals: false, asOf: AS_OF });

/** Returns the text of the index of these records. */
function indexText(records: readonly RunRecord[]): string {
  return textOf(indexPage({ records, rehearsals: false, asOf: AS_OF }));
}

function site(records: readonly RunRecord[], { rehearsals = false } = {}): ReadonlyMap<string, string> {
  return siteOf({ records, rehearsals, asOf: AS_OF });
}

function pageOf(record: RunRecord): string {
  return site([record], { rehearsals: record.simulated }).get(`runs/${record.runId}.html`)!;
}

test("the same records yield the same bytes, in whatever order they are read", () => {
  const again = site([...structuredClone(NIGHTS), comparedRecord()].toReversed());
  expect([...again.keys()]).toEqual([...SITE.keys()]);
  for (const [path, text] of SITE) expect(again.get(path) === text, path).toBe(true);
});

test("every link of every page leads to a file of the site, or to Coder's own", () => {
  for (const [path, text] of SITE) {
    if (!path.endsWith(".html")) continue;
    for (const [, href = ""] of text.matchAll(/href="([^"#]+)"/g)) {
      if (href.startsWith("data:") || href === "https://coder.com") continue;
      expect(SITE.has(new URL(href, `file:///${path}`).pathname.slice(1)), `${path}: ${href}`).toBe(true);
    }
  }
});

test("pages request nothing: no script, no foreign style, and a policy that forbids both", () => {
  for (const [path, text] of SITE) {
    if (!path.endsWith(".html")) continue;
    expect(text, path).not.toMatch(/<script|<link rel="stylesheet|@import|url\(http|src="|style="/);
    expect(text, path).toMatch(/http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;;/);
  }
});

test("a record lies in the site as it was stored", () => {
  const [night] = NIGHTS;
  expect(SITE.get(`records/${night!.runId}.json`)).toBe(resultsJson(night!));
});

test("a site of rehearsals shows no real run, and the other way round", () => {
  const records = [officialRecord({ runId: "real" }), sampleRecord({ runId: "rehearsed" })];
  const shown = (rehearsals: boolean): string => [...site(records, { rehearsals }).keys()].join();
  expect(shown(true)).toContain("runs/rehearsed.html");
  expect(shown(true)).not.toContain("real.html");
  expect(shown(false)).toContain("runs/real.html");
  expect(shown(false)).not.toContain("rehearsed");
});

test("every page of rehearsals says that it is simulated: above all, in its title and in its description", () => {
  const pages = [...site([sampleRecord()], { rehearsals: true })].filter(([path]) => path.endsWith(".html"));
  expect(pages).toHaveLength(3);
  for (const [path, text] of pages) {
    expect(text, path).toMatch(/<title>SIMULATED: /);
    expect(text, path).toMatch(/name="description" content="Simulated\. /);
    expect(text, path).toMatch(/class="banner"[^]*SIMULATED\.<\/strong>/);
  }
  for (const [path, text] of site([officialRecord()])) expect(text, path).not.toMatch(/SIMULATED/);
});

test("an empty history yields a page that says that it is empty", () => {
  const files = site([]);
  expect([...files.keys()]).toEqual(["index.html"]);
  expect(files.get("index.html")).toContain("No night has been recorded yet.");
});

test("a record that cannot be read is named on the index with the reason", () => {
  const unreadable = [{ path: "gke/100/torn.json", reason: "Unexpected end of JSON input" }];
  const index = indexPage({ records: NIGHTS, rehearsals: false, asOf: AS_OF, unreadable });
  expect(index).toMatch(/gke\/100\/torn\.json[^]*Unexpected end of JSON input/);
});

describe("the index", () => {
  test("describes a size in words: its status, its clean nights in a row, the cost of a night", () => {
    const text = indexText(syntheticNights({ count: 6, planted: {} }));
    expect(text).toMatch(
      /Kubernetes \(GKE\) size 100 ✓ clean 5 of 5 met the objectives, since 2026-11-18 100\/100 200 \d+(\.5)?( \(29–30\))?\/30/,
    );
    expect(text).toMatch(
      /\$2\.\d\d a night, estimated \$2\.\d\d–\$2\.\d\d \$2,021 a month 2026-11-22 Coder 2\.30\.4 6 clean in a row/,
    );
  });

  test("shows where a failed night failed, by which class, and why", () => {
    const text = indexText(syntheticNights({ count: 3, planted: { 2: "no-quota" } }));
    expect(text).toMatch(
      /✕ failed infrastructure in provision: terraform apply failed in stack gke-cloud: quota/,
    );
  });

  test("shows runs outside of nights apart from the table", () => {
    const text = indexText([...NIGHTS, comparedRecord()]);
    expect(text).toMatch(/Other runs [^]*2026-11-22 07:00 Kubernetes \(GKE\), 1200 ✓ pass comparison/);
    expect(indexText(NIGHTS)).not.toContain("Other runs");
  });
});

describe("a step over nights", () => {
  const STEPPED = syntheticNights({ count: 32, planted: {}, nextPlatform: 99, step: { from: 20, by: 0.25 } });
  const resets = [{ architecture: "gke", size: "100", date: "2026-11-05", reason: "another image" }];
  const ground = (records: readonly RunRecord[]) => ({ rehearsals: false, watched: changesOf(records) });
  const page = sizePage(STEPPED, ground(STEPPED));

  test("is drawn in the trend of its figure, and described below it with its size and its certainty", () => {
    expect(page).toMatch(/<text[^>]*fill="var\(--bad\)"[^>]*>\+ \d\d\.\d %<\/text>/);
    expect(textOf(page)).toMatch(
      /Workspace ready, p95 Step: REGRESSION \+ \d\d\.\d % since 2026-11-1\d, confirmed 2026-11-\d\d, confidence 99\.99 %\. Now: /,
    );
    expect(textOf(page)).toMatch(/Connections held concurrently No step was found: nights vary by 0\.0 %/);
    expect(page).toMatch(/<desc[^>]*>[^<]* Step: REGRESSION/);
  });

  test("that is confirmed for the worse is on the index beside the status of the last night", () => {
    const index = indexPage({ records: STEPPED, asOf: AS_OF, ...ground(STEPPED) });
    expect(textOf(index)).toMatch(
      /✓ clean 5 of 5 met the objectives, since 2026-11-18 ✕ regression Regression since 2026-11-1\d : workspace ready, p95 \+ \d\d\.\d %, build, median \+ \d\d\.\d %, and 2 more/,
    );
    expect(index).toContain('class="regression" href="sizes/gke-100.html"');
  });

  test("that is only suspected shows how to measure again", () => {
    const suspected = sizePage(STEPPED.slice(0, 24), ground(STEPPED.slice(0, 24)));
    expect(suspected).toMatch(/%\?<\/text>/);
    expect(textOf(suspected)).toMatch(/or not, measure again: refbench nightly --sizes gke\/100 /);
  });

  test("is drawn as the same bytes again, resets and all", () => {
    const drawn = (): string => sizePage(STEPPED, { ...ground(STEPPED), resets });
    expect(drawn()).toBe(drawn());
    expect(drawn()).toContain(">reset</text>");
    expect(page).not.toContain(">reset</text>");
  });
});

describe("the page of a run", () => {
  test("shows whatever a record holds as text, never as HTML", () => {
    const evil = '<script>alert("1")</script>&\'';
    const text = pageOf(
      officialRecord({
        environment: evil,
        reasons: [evil],
        conditions: [evil],
        measurements: sampleMeasurements({
          failures: [{ class: "unexpected", phase: "command", count: 1, example: evil }],
        }),
        stages: [
          {
            stage: evil,
            startedAt: "2026-11-22T07:00:00.000Z",
            finishedAt: "2026-11-22T07:01:00.000Z",
            outcome: "failed",
            message: evil,
          },
        ],
      }),
    );
    expect(text).not.toContain("<script");
    expect(text.replaceAll("<wbr>", "")).toContain(
      '<code class="said">&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;</code>',
    );
  });

  test("of a run that measured nothing shows where it ended, its cost and what remained", () => {
    const text = textOf(SITE.get(`runs/${NIGHTS[1]!.runId}.html`)!);
    expect(text).toContain("Nothing was measured: the run ended before its load did.");
    expect(text).toMatch(/provision ✕ failed [^]*quota CPUS_ALL_REGIONS exceeded/);
    expect(text).toMatch(/Time to clean \d+m \d\ds from the end of provision /);
    expect(text).toMatch(/Spent \$\d/);
    expect(text).not.toContain("NaN");
  });

  test("of a run that leaked names each thing with its kind and place", () => {
    expect(textOf(SITE.get(`runs/${NIGHTS[2]!.runId}.html`)!)).toMatch(
      /Remaining Name Kind Location Id pvc-7c1d0f google disk us-central1-a disk\/1 bench-coder google address/,
    );
  });

  test("of a record of an earlier version, without windows, stages or cost, leaves out only what is not there", () => {
    const text = textOf(pageOf(officialRecord()));
    expect(text).toContain("The record contains no stages.");
    expect(text).toContain("The record contains no figures over time.");
    expect(text).toMatch(/Cost The record contains no cost\./);
    expect(text).toContain("terminal-first-byte");
  });

  test("of a manual load says that it is not part of the table, and whose deployment it was", () => {
    const record = officialRecord({
      origin: { kind: "scaletest" },
      deployment: { url: "https://coder.example.com", id: "1", inUse: ["3 users signed in"] },
    });
    expect(textOf(pageOf(record))).toMatch(
      /Unofficial , not in the table: a deployment that refbench did not create/,
    );
    expect(textOf(pageOf(record))).toContain("3 users signed in");
  });

  test("of a comparison shows each difference with its interval, and which has too few pairs", () => {
    const text = textOf(SITE.get(`runs/${comparedRecord().runId}.html`)!);
    expect(text).toMatch(
      /phases\.workspace-ready\.p95 ! different 2 pairs \+5\.2 % \+2\.1 % to \+8\.3 % confidence 95 %/,
    );
    expect(text).toMatch(/builds\.timeWeightedRunning – too few pairs 0 pairs - -/);
  });

  test("has no verdict's figures if the teardown is not over", () => {
    const text = textOf(
      pageOf(unmeasured(officialRecord({ teardown: { state: "pending" }, verdict: "pending" }))),
    );
    expect(text).toMatch(/Teardown – pending Remaining resources are not known yet\./);
  });
});

/** Returns the text of a page on one line. */
function textOf(page: string): string {
  return page
    .replace(/<wbr>|<span class="one">([^<]*)<\/span>/g, "$1")
    .replace(/<style>[^]*?<\/style>|<svg[^]*?<\/svg>/g, "")
    .replace(/<[^>]+>/g, " ")
    .replace(/\s+/g, " ");
}
