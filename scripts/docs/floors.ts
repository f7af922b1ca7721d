import { readdir } from "node:fs/promises";
import { sep } from "node:path";
import { FLOORS } from "../../.dependency-cruiser.js";
import { packageFile } from "../../reference-architectures/package-file.ts";
import { markdownTable } from "./generated-pages.ts";

/** The purpose of each floor of `harness/`. */
const PURPOSES: Readonly<Record<string, string>> = {
  cli: "commands, flags, help, exit codes, progress: parses and prints",
  nights: "several sizes unattended",
  loads: "the workload alone, on a deployment that exists",
  manual: "environments of `npx cdktf deploy`: their drain",
  teardown: "teardowns and sweeps of many runs",
  composition: "connects ports with clouds, twin, Terraform and workers",
  pipeline: "stages, journal, lease, reaper of one run; knows the others through ports",
  workload: "the scaletest, a separate process: JSON lines in and out",
  inventory: "what exists in real clouds; preflight's questions",
  results: "record, judgement, statistics, table, pages",
  forecast: "what the stacks will create, in which order, and how long that takes",
  terraform: "the terraform process, its JSON stream, synthesis",
  coder: "Coder's API, web terminal, SSH",
  observation: "figures of the deployment, read while it is loaded",
  kubernetes: "a cluster's API: kubeconfig, calls, programs in pods",
  model: "pure types and ports",
  tools: "time, retries, files, processes, errors",
};

/** The floors of `harness/`, top first, as `.dependency-cruiser.js` checks them, with the rooms that exist. */
export async function floorsTable(): Promise<string> {
  const rows = await Promise.all(
    Object.entries(FLOORS).map(async ([floor, below]) => {
      const purpose = PURPOSES[floor];
      if (purpose === undefined)
        throw new Error(`scripts/docs/floors.ts does not say what harness/${floor} is for`);
      const files = await readdir(packageFile(`harness/${floor}`), { recursive: true });
      // By their files: a checkout keeps the empty folders of files that were moved.
      const sources = files.filter((name) => name.endsWith(".ts")).map((name) => name.split(sep));
      const rooms = new Set(sources.filter(({ length }) => length > 1).map(([room]) => room));
      return [`\`${floor}\``, purpose, [...rooms].sort().join(", "), importsOf(floor, below)];
    }),
  );
  return markdownTable(["floor", "what it is for", "rooms", "may import"], rows);
}

function importsOf(floor: string, below: readonly string[]): string {
  if (floor === "cli") return "every floor";
  return floor === "tools" ? "" : [...below, "tools"].join(", ");
}
