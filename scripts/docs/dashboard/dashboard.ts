import { LoadGauges } from "../../../harness/cli/live-metrics/load-gauges.ts";
import { SERIES } from "../../../harness/model/observation/series.ts";
import { GRAFANA_UNITS, LIVE_PANELS, type LivePanel, SERIES_ROWS, type SeriesRow } from "./panels.ts";
import { SERIES_QUERIES } from "./series-queries.ts";

const PREFIX = "refbench_live_";
const DATASOURCE = { type: "prometheus", uid: "${datasource}" };
/** Grafana's grid has 24 columns. */
const [WIDTH, HEIGHT, COLUMNS] = [8, 8, 3];

/** A panel before it has a place. */
interface Panel {
  readonly title: string;
  readonly description: string;
  readonly unit: string;
  readonly targets: readonly { readonly expr: string; readonly legend: string }[];
}

/** Grafana's dashboard of a load and of the deployment that it loads, as an object that Grafana imports. */
export async function dashboard(): Promise<object> {
  const rows = [
    { title: "Load", panels: await livePanels() },
    ...SERIES_ROWS.map((row) => ({ title: row.title, panels: seriesPanels(row) })),
  ];
  return {
    title: "refbench: a load and its deployment",
    description:
      "What refbench --metrics-listen serves, and the metrics of the deployment that correspond to refbench's series",
    uid: "refbench-load",
    tags: ["refbench", "coder"],
    schemaVersion: 39,
    editable: true,
    graphTooltip: 1,
    refresh: "10s",
    time: { from: "now-1h", to: "now" },
    timezone: "browser",
    templating: { list: variables() },
    panels: placed(rows),
  };
}

async function livePanels(): Promise<readonly Panel[]> {
  const metrics = await new LoadGauges().registry.getMetricsAsJSON();
  const help = new Map(metrics.map((metric) => [metric.name, metric.help]));
  return LIVE_PANELS.map(({ title, unit, metrics: wanted }: LivePanel) => ({
    title,
    unit,
    description: Object.keys(wanted)
      .map((name) => help.get(PREFIX + name) ?? "")
      .join(" "),
    targets: Object.entries(wanted).map(([name, { legend }]) => ({ expr: PREFIX + name, legend })),
  }));
}

function seriesPanels({ panels, source, legend }: SeriesRow): readonly Panel[] {
  return panels.map(([title, ...names]) => {
    const units = new Set(names.map((name) => GRAFANA_UNITS[SERIES[name].unit]));
    const [unit = ""] = units;
    if (units.size !== 1) throw new Error(`the panel "${title}" has ${units.size} units, expected 1`);
    return {
      title,
      unit,
      description: `${names.map((name) => `${name}: ${SERIES[name].words}`).join(". ")}. From ${source}.`,
      targets: names.map((name) => ({
        expr: SERIES_QUERIES[name],
        legend: names.length === 1 ? legend : `${legend} ${SERIES[name].words}`,
      })),
    };
  });
}

function placed(rows: readonly { readonly title: string; readonly panels: readonly Panel[] }[]): object[] {
  const all: object[] = [];
  let y = 0;
  for (const { title, panels } of rows) {
    all.push({
      ...{ id: all.length + 1, type: "row", title, collapsed: false, panels: [] },
      gridPos: { h: 1, w: 24, x: 0, y },
    });
    y++;
    for (const [index, panel] of panels.entries()) {
      const [column, line] = [index % COLUMNS, Math.floor(index / COLUMNS)];
      const gridPos = { h: HEIGHT, w: WIDTH, x: column * WIDTH, y: y + line * HEIGHT };
      all.push({ id: all.length + 1, gridPos, ...timeSeries(panel) });
    }
    y += Math.ceil(panels.length / COLUMNS) * HEIGHT;
  }
  return all;
}

function timeSeries({ title, description, unit, targets }: Panel): object {
  return {
    ...{ type: "timeseries", title, description, datasource: DATASOURCE },
    fieldConfig: {
      defaults: { unit, min: 0, custom: { lineWidth: 1, fillOpacity: 5, showPoints: "never" } },
      overrides: [],
    },
    options: {
      legend: { displayMode: "list", placement: "bottom", showLegend: true },
      tooltip: { mode: "multi", sort: "desc" },
    },
    targets: targets.map(({ expr, legend }, index) => ({
      ...{ refId: String.fromCharCode(65 + index), datasource: DATASOURCE },
      ...{ expr, legendFormat: legend, range: true },
    })),
  };
}

function variables(): object[] {
  const shared = { hide: 0, refresh: 2, sort: 1, regex: "" };
  const labels = (name: string, label: string, query: string, isMulti: boolean): object => ({
    ...{ ...shared, name, label, type: "query", datasource: DATASOURCE },
    ...{ definition: query, query: { query, refId: name }, multi: isMulti, includeAll: isMulti },
    ...(isMulti ? { current: { text: ["All"], value: ["$__all"], selected: true } } : {}),
  });
  return [
    { ...{ name: "datasource", label: "Prometheus", type: "datasource", query: "prometheus" }, ...shared },
    labels("job", "Coder's job", "label_values(coderd_api_concurrent_requests, job)", true),
    labels(
      "namespace",
      "Coder's namespace",
      "label_values(container_cpu_usage_seconds_total, namespace)",
      false,
    ),
    labels("node", "Node", "label_values(node_cpu_seconds_total, instance)", true),
    labels("database", "Database", "label_values(pg_database_size_bytes, datname)", false),
  ];
}
