import { describe, expect, test } from "vitest";
import { SERIES_NAMES, SERIES } from "../../../../harness/model/observation/series.ts";
import { runPage } from "../../../../harness/results/page/run-page.ts";
import { planSite, siteOf } from "../../../../harness/results/page/site.ts";
import { chartWith } from "../../../../harness/results/page/sections/server-charts.ts";
import { SYNTHETIC_LIMITS } from "../../../support/results/synthetic-observation.ts";
import { syntheticNights } from "../../../support/results/synthetic-nights.ts";

const AS_OF = "2026-11-22";
const NIGHTS = syntheticNights({ count: 3, planted: {}, isObserved: true });
const [FIRST, MIDDLE, LAST] = [NIGHTS[0]!, NIGHTS[1]!, NIGHTS[2]!];
const SITE = siteOf({ records: NIGHTS, rehearsals: false, asOf: AS_OF });
const page = SITE.get(`runs/${MIDDLE.runId}.html`)!;
const text = textOf(page);

describe("the page of a run begins with an answer", () => {
  test("what held it back, with its evidence, stands before the verdict and the key figures", () => {
    expect(text).toMatch(
      /Started [^]* Limited by coderd's connections to the database\. 100 of 100 connections were in use[^]* Verdict: ✓ pass [^]* Workspace ready, p95/,
    );
    expect(page).toMatch(/href="#server-pool">100 of 100 connections were in use/);
    expect(page).toContain('<figure id="server-pool">');
  });

  test.each([
    ["nothing-saturated", "nothing that was measured was saturated"],
    ["unknown", "could not tell what held it back: CPU of the database was not seen"],
  ] as const)("%s is an answer too", (answer, sentence) => {
    const limits = { ...SYNTHETIC_LIMITS, answer, sentence, findings: [] };
    const its = textOf(runPage({ ...MIDDLE, limits }, { rehearsals: false }));
    expect(its.toLowerCase()).toContain(sentence.toLowerCase());
    expect(its).toContain("What could not be judged (1)");
  });

  test("a record of an earlier version claims nothing about limits", () => {
    const old = structuredClone(MIDDLE);
    delete old.limits;
    delete old.observation;
    delete old.claims;
    const its = textOf(runPage(old, { rehearsals: false }));
    expect(its).not.toMatch(/limited by|saturated|could not tell|The deployment|Claims/i);
  });
});

test.each([
  [{ daemonsPerReplica: 0, externalProvisioners: 60 }, "(60 external provisioners)"],
  [{ daemonsPerReplica: 30 }, "× 30 daemons)"],
  [{ daemonsPerReplica: 3, externalProvisioners: 2 }, "× 3 daemons and 2 external provisioners)"],
])("the load names who runs its builds: %j", (figures, words) => {
  const load = { ...MIDDLE.load, ...figures };
  expect(textOf(runPage({ ...MIDDLE, load }, { rehearsals: false }))).toContain(words);
});

describe("figures of the deployment", () => {
  test("have a chart on the load's time axis, with the time in which a rule held shaded alike in all", () => {
    const planes = [...page.matchAll(/<svg class="plot-plane"[^>]*viewBox[^]*?<\/svg>/g)].map(([svg]) => svg);
    const overTime = planes.filter((svg) => /over time<\/title>/.test(svg));
    expect(overTime.length).toBeGreaterThan(15);
    const shades = overTime.map((svg) =>
      [...svg.matchAll(/<rect [^>]*fill="var\(--held\)"\/>/g)].join().replaceAll(/height="\d+"/g, ""),
    );
    expect(new Set(shades).size).toBe(1);
    expect(shades[0]).toMatch(/x="83.3"/);
  });

  test("of many replicas have three lines and one for the highest of the others", () => {
    const [many] = syntheticNights({ count: 1, size: "1200", planted: {}, isObserved: true });
    const chart = /<figure id="server-coderd-cpu">[^]*?<\/figure>/.exec(
      runPage(many!, { rehearsals: false }),
    )![0];
    expect(textOf(chart)).toMatch(/highest of 2 others CPU limit of its container/);
  });

  test("that were not seen are listed with the reason, and observing with its cost", () => {
    expect(text).toContain("IOPS of the database: Cloud Monitoring answered 403");
    expect(text).toContain("metrics of coderd, 7 of 252 samples: the replica did not answer within 3 s");
    expect(text).toMatch(/Observing: 252 samples, one every 5\.0 s, took 4\.21 s of CPU/);
  });

  test.each(["SELECT * FROM workspace_agents", "query took longer", "Insufficient cpu", "runtime.mallocgc"])(
    "%s is in a table",
    (words) => {
      expect(text).toContain(words);
    },
  );

  test("that a rule rests on have a chart, whatever the series", () => {
    for (const figure of SERIES_NAMES.filter((name) => chartWith(name) === undefined)) {
      const evidence = [{ figure, value: 1, words: "one" }];
      const limits = { ...SYNTHETIC_LIMITS, findings: [{ ...SYNTHETIC_LIMITS.findings[0]!, evidence }] };
      const series = [{ name: figure, of: "x", values: [1, 2, 3] }];
      const observation = { ...MIDDLE.observation!, samples: 3, series };
      const its = runPage({ ...MIDDLE, limits, observation }, { rehearsals: false });
      const [, anchor] = /href="#(server-[^"]+)">one/.exec(its)!;
      expect(its, SERIES[figure].words).toContain(`<figure id="${anchor}">`);
    }
  });
});

describe("a page leads to others", () => {
  test("every heading has an anchor of its own, and the contents list those of the second level", () => {
    const ids = [...page.matchAll(/<(?:h2|h3|figure) id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, id] of page.matchAll(/href="#([^"]+)"/g)) expect(page, id).toContain(`id="${id}"`);
    expect(page).toMatch(/<nav class="contents"[^]*href="#over-time"[^]*href="#claims"[^]*<\/nav>/);
  });

  test("the runs before and after it, of the same size", () => {
    expect(page).toContain(`rel="prev" href="../runs/${FIRST.runId}.html"`);
    expect(page).toContain(`rel="next" href="../runs/${LAST.runId}.html"`);
    expect(SITE.get(`runs/${FIRST.runId}.html`)).not.toContain('rel="prev"');
  });

  test("its figures stand beside the last night's, with better or worse in words", () => {
    const slower = syntheticNights({ count: 2, planted: {}, nextPlatform: 99, step: { from: 1, by: 0.5 } });
    const site = siteOf({ records: slower, rehearsals: false, asOf: AS_OF });
    const its = site.get(`runs/${slower[1]!.runId}.html`)!;
    expect(textOf(its)).toMatch(
      /Compared with the night of 2026-11-21 .* Workspace ready, p95 \+\d\d\.\d %, worse/,
    );
    expect(its).toMatch(/<strong class="worse"\s*>/);
    expect(textOf(its)).toMatch(/Connections held concurrently the same 1,000 1,000/);
  });

  test("figures of another platform are shown, but not judged", () => {
    const moved = syntheticNights({ count: 2, planted: {}, nextPlatform: 1 });
    const site = siteOf({ records: moved, rehearsals: false, asOf: AS_OF });
    const its = textOf(site.get(`runs/${moved[1]!.runId}.html`)!);
    expect(its).toMatch(/Not comparable: not the same series, Kubernetes: 1\.33\.5 → 1\.34\.1/i);
    expect(its).not.toMatch(/%, (?:better|worse)/);
  });
});

describe("what a file of the site depends on", () => {
  const inputsOf = (records: typeof NIGHTS) =>
    new Map(
      [...planSite({ records, rehearsals: false, asOf: AS_OF })].map(([path, { inputs }]) => [path, inputs]),
    );
  const before = inputsOf(NIGHTS.slice(0, 2));
  const changed = (after: ReadonlyMap<string, string>): readonly string[] =>
    [...before].filter(([path, inputs]) => after.get(path) !== inputs).map(([path]) => path);

  test("the same records: nothing is drawn again", () => {
    expect(changed(inputsOf(structuredClone(NIGHTS.slice(0, 2))))).toEqual([]);
  });

  test("a new night: the index, its size, and the run before it, which now links to it", () => {
    expect(changed(inputsOf(NIGHTS))).toEqual([
      "index.html",
      "sizes/gke-100.html",
      `runs/${MIDDLE.runId}.html`,
    ]);
  });

  test("a changed record: everything that shows it", () => {
    const other = { ...FIRST, conditions: ["another"] };
    expect(changed(inputsOf([other, MIDDLE]))).toEqual([
      "index.html",
      "sizes/gke-100.html",
      `runs/${FIRST.runId}.html`,
      `records/${FIRST.runId}.json`,
    ]);
  });
});

function textOf(html: string): string {
  return html
    .replace(/<wbr>|<span class="one">([^<]*)<\/span>/g, "$1")
    .replace(/<style>[^]*?<\/style>|<svg[^]*?<\/svg>/g, "")
    .replace(/<[^>]+>/g, " ")
    .replaceAll("&#39;", "'")
    .replace(/\s+/g, " ");
}
