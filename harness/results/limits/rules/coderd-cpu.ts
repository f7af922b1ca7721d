import { judgeMoments, strongest } from "../judge-moments.ts";
import type { LimitRule } from "../rule.ts";
import { coderdProcessCpu, containerCpu, cpuReading, terraformCpuOf } from "../saturation.ts";

export const coderdCpu: LimitRule = {
  id: "coderd-cpu",
  limit: "the CPU of coderd",
  condition:
    "a replica's process uses at least 90 % of the CPU that GOMAXPROCS, its container and the largest node let it use; or its container uses at least 90 % of its limit, less than half of it by Terraform",
  source:
    "ours: at 90 % in use, work waits nine times as long as it takes (M/M/1). Coder's rule of size: 1 vCPU for every 250 users (validated architectures)",
  indicates: "API requests, terminals and tunnels wait for coderd's CPU",
  advice: "give each coderd replica more CPU, or run provisioners outside of coderd; add replicas after that",
  confidence: "high",
  judge: (load) =>
    judgeMoments(load, {
      needs: "CPU of coderd and its limit",
      read: (moment) => {
        const own = coderdProcessCpu(load, moment);
        const containers = containerCpu(load, moment, "coderd").map((each) => {
          const terraform = terraformCpuOf(load, each.of, moment);
          const reading = cpuReading(each, moment, "CPU of the container");
          const isTerraforms = terraform !== undefined && terraform >= each.used / 2;
          return isTerraforms ? { ...reading, isHeld: false, strength: 0 } : reading;
        });
        return strongest([
          ...own.map((each) => cpuReading(each, moment, "CPU of the process")),
          ...containers,
        ]);
      },
    }),
};
