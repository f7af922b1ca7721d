import { getArchitecture } from "../../../reference-architectures/catalogue.ts";
import type { RunSettings } from "../../composition/settings/run-settings.ts";
import type { Expectation } from "./expectation.ts";
import { expectMemory } from "./expected-memory.ts";
import { expectRunTime } from "./expected-time.ts";

/** How long a run should take in a real cloud, and the memory that its load should need on the load runner. */
export function expectRun({
  size: { architecture, figures },
  tls,
}: Pick<RunSettings, "size" | "tls">): Expectation {
  const { users, workspaces, concurrency, cleanupConcurrency, connections } = figures;
  const load = {
    ...{ users, workspaces, concurrency, cleanupConcurrency },
    connections: { ...connections, holdMs: connections.holdSeconds * 1000 },
    // A real Coder's own client carries SSH, a process for each session.
    deployment: { ssh: "stdio" } as const,
  };
  return {
    time: expectRunTime(getArchitecture(architecture), figures),
    generator: expectMemory(load, tls !== "off"),
  };
}
