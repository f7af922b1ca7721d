import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { LoadGauges } from "../../../../harness/cli/live-metrics/load-gauges.ts";
import { SERIES_NAMES } from "../../../../harness/model/observation/series.ts";
import { between } from "../../../../harness/observation/metrics/between.ts";
import { CODERD_RULES } from "../../../../harness/observation/metrics/coderd-rules.ts";
import { gather } from "../../../../harness/observation/metrics/gather.ts";
import { NODE_RULES } from "../../../../harness/observation/metrics/node-rules.ts";
import { dashboard } from "../../../../scripts/docs/dashboard/dashboard.ts";
import { SERIES_QUERIES } from "../../../../scripts/docs/dashboard/series-queries.ts";
import { findReader, runReader } from "../../../support/readers.ts";

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string }[];
}
interface Dashboard {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition?: string }[] };
}

const promtool = findReader("promtool");
const made = (await dashboard()) as Dashboard;
const expressions = made.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
const rules = [...CODERD_RULES, ...NODE_RULES];

/** What Grafana asks, with the values of this test for its variables. */
function asked(expression: string): string {
  return expression
    .replaceAll("$__rate_interval", "5m")
    .replaceAll("$__range", "1h")
    .replaceAll(/\$(?:job|node|namespace|database)\b/g, ".*");
}

/** Runs promtool over a file, which it needs as JSON: that is YAML too. */
async function promtoolWith(command: readonly string[], content: object): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "refbench-dashboard-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, "rules.yaml");
  await writeFile(file, JSON.stringify(content));
  return runReader(promtool ?? "", [...command, file]);
}

test.skipIf(promtool === undefined)("Prometheus accepts every query of the dashboard", async () => {
  const output = await promtoolWith(["check", "rules"], {
    groups: [
      {
        name: "dashboard",
        rules: expressions.map((expr, index) => ({ record: `query_${index}`, expr: asked(expr) })),
      },
    ],
  });
  expect(output).toContain(`${expressions.length} rules found`);
});

/** Everything that coderd's and the node's rules read, at two moments with the same growth in each second. */
function metricsAt(seconds: number): { readonly text: string; readonly series: readonly MetricLine[] } {
  const series = metricLines();
  const text = series.map(({ name, start, growth }) => `${name} ${start + growth * seconds}`).join("\n");
  return { text: `${text}\n`, series };
}

interface MetricLine {
  readonly name: string;
  readonly start: number;
  /** In each second. */
  readonly growth: number;
}

/** Label sets that rules and queries must add up or leave out alike. */
const LABEL_SETS: Readonly<Record<string, readonly string[]>> = {
  coderd_api_requests_processed_total: ['code="200"', 'code="429"', 'code="500"', 'code="503"'],
  coderd_api_request_latencies_seconds: ['path="/api/v2/users"', 'path="/derp/latency-check"'],
  coderd_agents_connections: ['status="connected"', 'status="disconnected"'],
  node_cpu_seconds_total: ["user", "system", "idle", "iowait", "steal", "guest", "guest_nice"].flatMap(
    (mode) => [`cpu="0",mode="${mode}"`, `cpu="1",mode="${mode}"`],
  ),
  node_network_receive_bytes_total: ['device="eth0"', 'device="lo"', 'device="veth12"'],
  node_network_transmit_bytes_total: ['device="eth0"', 'device="docker0"', 'device="ens5"'],
};

function metricLines(): MetricLine[] {
  const lines = new Map<string, MetricLine>();
  const add = (name: string, labels: string, growth: number): void => {
    const labelled = `${name}{${['instance="a"', 'job="j"', labels].filter(Boolean).join(",")}}`;
    const start = growth === 0 ? 100 + lines.size : 0;
    lines.set(labelled, { name: labelled, start, growth });
  };
  // Of a coderd that uses Postgres for its pub/sub.
  const served = rules.filter(({ metric }) => !/^(refbench|coder_nats)_/.test(metric));
  for (const { metric, as } of served) {
    for (const [index, labels] of (LABEL_SETS[metric] ?? [""]).entries()) {
      const growth = 1 + index;
      if (as === "gauge") add(metric, labels, 0);
      else if (as === "rate" || as === "count") add(metric, labels, growth);
      else {
        add(`${metric}_count`, labels, 10 * growth);
        for (const [bound, share] of [
          ["0.1", 2],
          ["0.5", 9],
          ["1", 10 + index],
          ["+Inf", 10 + index],
        ] as const)
          add(`${metric}_bucket`, [labels, `le="${bound}"`].filter(Boolean).join(","), share);
      }
    }
  }
  return [...lines.values()];
}

test.skipIf(promtool === undefined)(
  "a query over coderd's or a node's metrics gives the figure that refbench observes",
  async () => {
    const MINUTE = 60;
    const [before, now] = [metricsAt(0), metricsAt(10 * MINUTE)];
    const read = (text: string, atSeconds: number) => ({ atSeconds, gathered: gather(text, rules) });
    const samples = between("a", rules, read(before.text, 0), read(now.text, 10 * MINUTE)).filter(
      ({ of }) => of === "a",
    );
    expect(samples.map(({ series }) => series).toSorted()).toEqual(
      Object.keys(SERIES_QUERIES)
        .filter((name) => /^(coderd|node)\./.test(name))
        .toSorted(),
    );
    await promtoolWith(["test", "rules"], {
      rule_files: [],
      evaluation_interval: "1m",
      tests: [
        {
          interval: "1m",
          input_series: now.series.map(({ name, start, growth }) => ({
            series: name,
            values: `${start}+${growth * MINUTE}x10`,
          })),
          promql_expr_test: samples.map(({ series, value }) => ({
            expr: `abs((${asked(SERIES_QUERIES[series as keyof typeof SERIES_QUERIES])}) - ${value}) < bool 1e-6`,
            eval_time: "10m",
            exp_samples: [{ labels: '{instance="a"}', value: 1 }],
          })),
        },
      ],
    });
  },
);

test("every series with a query is drawn, and every query names a metric that a rule reads", () => {
  const known = new Set(rules.map(({ metric }) => metric));
  for (const [series, query] of Object.entries(SERIES_QUERIES)) {
    expect(SERIES_NAMES).toContain(series);
    expect(expressions, series).toContain(query);
    if (!/^(coderd|node)\./.test(series)) continue;
    const names = [...query.matchAll(/\b((?:coder|coderd|go|process|node)_\w+)\{/g)].map(([, name = ""]) =>
      name.replace(/_(bucket|count)$/, ""),
    );
    expect(names, series).not.toEqual([]);
    for (const name of names)
      expect(known.has(name) || known.has(`${name}_count`), `${name} of ${series}`).toBe(true);
  }
});

test("every live metric is drawn, and no other", async () => {
  const served = (await new LoadGauges().registry.getMetricsAsJSON()).map(({ name }) => name);
  const drawn = expressions.filter((expression) => expression.startsWith("refbench_live_"));
  expect(drawn.toSorted()).toEqual(served.toSorted());
});

test("panels have distinct ids and places, and say what they show", () => {
  expect(new Set(made.panels.map(({ id }) => id)).size).toBe(made.panels.length);
  expect(new Set(made.panels.map(({ gridPos: { x, y } }) => `${x},${y}`)).size).toBe(made.panels.length);
  for (const { type, title, description = "", gridPos, targets = [] } of made.panels) {
    expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
    if (type === "row") continue;
    expect(description, title).not.toBe("");
    expect(targets, title).not.toEqual([]);
  }
});

test("every variable of a query is one of the dashboard", () => {
  const names = made.templating.list.map(({ name }) => name);
  const used = [...JSON.stringify(made).matchAll(/\$\{?([a-z]\w*)/g)].map(([, name = ""]) => name);
  expect([...new Set(used)].toSorted()).toEqual(names.toSorted());
});
