import { judgeMoments, strongest } from "../judge-moments.ts";
import type { LimitRule } from "../rule.ts";
import { cpuReading, databaseCpu, shown, THROTTLED } from "../saturation.ts";

export const databaseCpuRule: LimitRule = {
  id: "database-cpu",
  limit: "the CPU of the database",
  condition:
    "Postgres uses at least 90 % of its cores, or its container was throttled in at least 25 % of the time",
  source:
    "90 %: ours, as for coderd-cpu; 25 %: kubernetes-mixin, CPUThrottlingHigh. Coder, validated architectures: 8 vCPU for 1,000 users, 16 for 2,000",
  indicates: "queries wait for the database's CPU, and with them every API request and build",
  advice: "give Postgres more CPU; Coder advises to scale it vertically",
  confidence: "high",
  judge: (load) =>
    judgeMoments(load, {
      needs: "CPU of the database and its cores",
      read: (moment) =>
        strongest([
          ...databaseCpu(load, moment).map((each) => cpuReading(each, moment, "CPU")),
          ...load
            .values("container.throttled", moment)
            .filter(({ of }) => of.startsWith("database/"))
            .map(({ of, value }) => ({
              isHeld: value >= THROTTLED,
              strength: value / THROTTLED,
              evidence: {
                ...{ figure: "container.throttled", of, atMs: moment.atMs, value },
                words: `${of} was throttled in ${shown(value * 100)} % of the time (at least 25 %)`,
              },
            })),
        ]),
    }),
};
