import { POD_PLACE } from "../../harness/workload/pods/pod-needs.ts";
import { MEASURED_COSTS } from "../../harness/workload/parts/part-costs.ts";
import { type PartPlace, planParts } from "../../harness/workload/parts/plan-parts.ts";
import { markdownTable } from "./generated-pages.ts";

/** A pod of a generator: its memory, its own address's ports, and the files that one process may open. */
const POD = { ...POD_PLACE, isTls: true, openFiles: 65_536 } satisfies PartPlace;

const PACE = { rampPerSecond: 500, holdMs: 75_000, commandsPerSecond: 500 } as const;

/** Loads over TLS, with SSH by Coder's own client, as on a real deployment. */
const LOADS = [
  { users: 1_200, workspaces: 1_200, connections: { ...PACE, total: 10_000, sshShare: 0.12 } },
  { users: 10_000, workspaces: 6_000, connections: { ...PACE, total: 50_000, sshShare: 0.12 } },
].map((load) => ({
  ...load,
  ...{ concurrency: 120, cleanupConcurrency: 120, deployment: { ssh: "stdio" as const } },
}));

const count = (value: number): string => value.toLocaleString("en-US");

/** What loads take from pods of one shape, by the function that plans their parts. */
export function largeLoadsTable(): string {
  const plans = LOADS.map((load) => ({ load, ...planParts(load, POD) }));
  const row = (what: string, read: (plan: (typeof plans)[number]) => string): string[] => [
    what,
    ...plans.map(read),
  ];
  return markdownTable(
    ["", ...plans.map(({ load }) => `${count(load.users)} users, ${count(load.workspaces)} workspaces`)],
    [
      row("connections (SSH)", ({ load: { connections } }) => {
        const ssh = Math.floor(connections.total * connections.sshShare + 1e-9);
        return `${count(connections.total)} (${count(ssh)})`;
      }),
      row(`pods of ${POD.memoryMib / 1024} GiB`, ({ parts }) => count(parts)),
      row("because", ({ why }) => why),
      row("connections of each pod", ({ each }) => count(each.connections)),
      row("`coder ssh` programs of each pod", ({ each }) => count(each.programs)),
      row("memory of each pod", ({ each }) => `${count(each.memoryMib)} MiB`),
      row(
        "cores of each worker, in its busiest stage",
        ({ each, need }) => `${each.cores} (${need.busiest})`,
      ),
      row("cores of each pod's `coder ssh` programs, while opening", ({ each }) => `${each.programCores}`),
      row("local ports of each pod", ({ each }) => count(each.localPorts)),
      row("open files of each worker", ({ each }) => count(each.openFiles)),
      row(
        "memory of all pods",
        ({ each, parts }) => `${count(Math.ceil((each.memoryMib * parts) / 1024))} GiB`,
      ),
    ],
  );
}

/** The measured costs that plans are made of. */
export function measuredCostsTable(): string {
  const { from, ...costs } = MEASURED_COSTS;
  return `${markdownTable(
    ["cost", "memory", "CPU"],
    [
      ["a worker", `${costs.workerMib} MiB`, ""],
      ["a web terminal", `${costs.terminalKib} KiB`, `${costs.openCpuMs} ms to open`],
      ["a web terminal over TLS", `${costs.tlsKib} KiB`, ""],
      ["an SSH session through the emulator's tunnel", `${costs.tunnelKib} KiB`, ""],
      [
        "a `coder ssh --stdio`",
        `${costs.programMib} MiB`,
        `${costs.programOpenCpuMs} ms to open, ${costs.programCommandCpuMs} ms a command`,
      ],
      ["a verified command or tick of traffic", "", `${costs.commandCpuMs} ms`],
      ["the most connections that one worker was measured with", count(costs.mostConnections), ""],
    ],
  )}\n\nMeasured by ${from}.`;
}
