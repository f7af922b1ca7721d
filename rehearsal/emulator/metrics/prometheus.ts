import { isSwitchOn } from "../is-on.ts";
import { agentStatus, buildStatus, latestBuild } from "../state/types.ts";
import type { EmulatedDeployment } from "../context.ts";
import type { DurationHistograms } from "./gauges.ts";
import { processMetrics } from "./process-metrics.ts";
import { pubsubPrefixes } from "./pubsub.ts";

type Labels = Readonly<Record<string, string>>;
type Histograms = Pick<DurationHistograms, "bounds" | "byLabels">;
type Sample = readonly [labels: Labels, value: number];

/** Coder's metrics by Coder's names, in Prometheus' text format. */
export function metricsText(deployment: EmulatedDeployment): string {
  const { world, queue, gauges } = deployment;
  const terraform = { provisioner_type: "terraform" };
  return [
    metric("coderd_provisionerd_num_daemons", "gauge", [[{}, queue.builtIn.length]]),
    metric("coderd_provisionerd_jobs_current", "gauge", [
      [{ provisioner: "terraform" }, queue.builtIn.filter(({ current }) => current !== undefined).length],
    ]),
    histograms("coderd_provisioner_job_queue_wait_seconds", gauges.queueWait, {
      names: ["build_reason", "job_type", "transition"],
      ...terraform,
    }),
    histograms("coderd_provisionerd_job_timings_seconds", gauges.jobDuration, {
      names: ["status"],
      provisioner: "terraform",
    }),
    metric("coderd_workspace_builds_total", "counter", buildsDone(deployment)),
    histograms("coderd_api_request_latencies_seconds", asCoderHistograms(gauges.latencies), {
      names: ["method", "path"],
    }),
    metric("coderd_api_concurrent_requests", "gauge", byLabels(asCoder(gauges.inFlight), ["method", "path"])),
    metric("coderd_api_concurrent_websockets", "gauge", byLabels(asCoder(gauges.websockets), ["path"])),
    metric(
      "coderd_api_requests_processed_total",
      "counter",
      byLabels(asCoder(gauges.requests), ["code", "method", "path"]),
    ),
    metric(
      "coderd_api_total_user_count",
      "gauge",
      counted(world.users.values(), "status", (user) => user.status),
    ),
    metric("coderd_api_workspace_latest_build", "gauge", latestBuilds(deployment)),
    metric("coderd_agents_connections", "gauge", agents(deployment)),
    ...(agentStats(deployment) ? sessionCounts(deployment) : []),
    // The emulator passes no message on, so it has neither counts nor latencies of them.
    ...pubsubPrefixes(world.config.env).flatMap((prefix) => [
      metric(`${prefix}_connected`, "gauge", [[{}, 1]]),
      metric(`${prefix}_disconnections_total`, "counter", [[{}, 0]]),
    ]),
    ...processMetrics(world.startedAt).map(({ name, type, value }) => metric(name, type, [[{}, value]])),
  ].join("");
}

function sessionCounts({ gauges }: EmulatedDeployment): string[] {
  return [
    metric("coderd_agentstats_session_count_reconnecting_pty", "gauge", [[{}, gauges.terminals]]),
    metric("coderd_agentstats_session_count_ssh", "gauge", [[{}, gauges.sshSessions]]),
    metric("coderd_agentstats_rx_bytes", "gauge", [[{}, gauges.bytesIn]]),
    metric("coderd_agentstats_tx_bytes", "gauge", [[{}, gauges.bytesOut]]),
  ];
}

function agentStats({ world }: EmulatedDeployment): boolean {
  return isSwitchOn(world.config.env["CODER_PROMETHEUS_COLLECT_AGENT_STATS"]);
}

function latestBuilds({ world }: EmulatedDeployment): Sample[] {
  const living = [...world.workspaces.values()].filter(({ deleted }) => !deleted);
  return counted(living, "status", (workspace) => {
    const { status } = latestBuild(workspace).job;
    return status === "running" || status === "pending" ? status : buildStatus(latestBuild(workspace));
  });
}

/** Builds that are over, each under its workspace's name as Coder counts them. */
function buildsDone({ world }: EmulatedDeployment): Sample[] {
  const counts = new Map<string, { labels: Labels; count: number }>();
  for (const workspace of world.workspaces.values()) {
    for (const { job, transition, version } of workspace.builds) {
      if (job.completedAt === undefined) continue;
      const labels = {
        status: job.status === "succeeded" ? "success" : "failed",
        template_name: world.templates.get(workspace.templateId)?.name ?? "",
        template_version: version.name,
        workspace_name: workspace.name,
        workspace_owner: world.users.get(workspace.ownerId)?.username ?? "",
        workspace_transition: transition.toUpperCase(),
      };
      const key = JSON.stringify(labels);
      counts.set(key, { labels, count: (counts.get(key)?.count ?? 0) + 1 });
    }
  }
  return [...counts.values()].map(({ labels, count }) => [labels, count]);
}

/** Parts of a path as Coder's router names them. */
const PATH_PARTS: Readonly<Record<string, string>> = {
  "{agent}": "{workspaceagent}",
  "{build}": "{workspacebuild}",
  "{version}": "{templateversion}",
  "{job}": "{jobID}",
};

function asCoder<T>(counters: ReadonlyMap<string, T>): Map<string, T> {
  return new Map(
    [...counters].map(([key, count]) => [
      key.replaceAll(/\{\w+\}/g, (part) => PATH_PARTS[part] ?? part),
      count,
    ]),
  );
}

function asCoderHistograms({ bounds, byLabels: found }: DurationHistograms): Histograms {
  return { bounds, byLabels: asCoder(found) };
}

function agents({ world }: EmulatedDeployment): Sample[] {
  const now = Date.now();
  const living = [...world.workspaces.values()].filter(({ deleted }) => !deleted);
  const found = living.flatMap((one) => latestBuild(one).resources.flatMap((resource) => resource.agents));
  const states = new Map<string, number>();
  for (const agent of found) {
    const state = `${agentStatus(agent, now)} ${agent.lifecycle}`;
    states.set(state, (states.get(state) ?? 0) + 1);
  }
  return byLabels(states, ["status", "lifecycle_state"]);
}

function counted<T>(things: Iterable<T>, label: string, wordOf: (thing: T) => string): Sample[] {
  const counts = new Map<string, number>();
  for (const thing of things) counts.set(wordOf(thing), (counts.get(wordOf(thing)) ?? 0) + 1);
  return [...counts].map(([word, count]) => [{ [label]: word }, count]);
}

/** Counters whose keys are label values with blanks between. */
function byLabels(counters: ReadonlyMap<string, number>, names: readonly string[]): Sample[] {
  return [...counters].map(([key, value]) => {
    const values = key.split(" ");
    return [Object.fromEntries(names.map((name, index) => [name, values[index] ?? ""])), value];
  });
}

function histograms(
  name: string,
  { bounds, byLabels: found }: Histograms,
  { names, ...constant }: { readonly names: readonly string[] } & Readonly<Record<string, unknown>>,
): string {
  const lines = [...found].flatMap(([key, { counts, sum, count }]) => {
    const values = key.split(" ");
    const labels: Labels = {
      ...(constant as Labels),
      ...Object.fromEntries(names.map((label, index) => [label, values[index] ?? ""])),
    };
    return [
      ...bounds.map((bound, index) =>
        line(`${name}_bucket`, { ...labels, le: String(bound) }, counts[index] ?? 0),
      ),
      line(`${name}_bucket`, { ...labels, le: "+Inf" }, count),
      line(`${name}_sum`, labels, sum),
      line(`${name}_count`, labels, count),
    ];
  });
  return `# TYPE ${name} histogram\n${lines.join("")}`;
}

function metric(name: string, type: "gauge" | "counter", samples: readonly Sample[]): string {
  return `# TYPE ${name} ${type}\n${samples.map(([labels, value]) => line(name, labels, value)).join("")}`;
}

function line(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${text}"`);
  return `${name}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`} ${value}\n`;
}
