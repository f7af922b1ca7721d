import { getArchitecture } from "../../../reference-architectures/catalogue.ts";
import { loadOfSize } from "../../workload/parts/load-of-size.ts";
import type { RunSettings } from "../../composition/settings/run-settings.ts";
import type { Expectation } from "./expectation.ts";
import { expectMemory } from "./expected-memory.ts";
import { expectRunTime } from "./expected-time.ts";

/** How long a run should take in a real cloud, and the memory that its load should need on the load runner. */
export function expectRun({
  size: { architecture, figures },
  tls,
}: Pick<RunSettings, "size" | "tls">): Expectation {
  return {
    time: expectRunTime(getArchitecture(architecture), figures),
    generator: expectMemory(loadOfSize(figures), tls !== "off"),
  };
}
