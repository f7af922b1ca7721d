import { judgeMoments, strongest } from "../judge-moments.ts";
import type { LimitRule } from "../rule.ts";
import { cpuReading, nodeCpu } from "../saturation.ts";

export const nodeCpuRule: LimitRule = {
  id: "node-cpu",
  limit: "the CPU of a node",
  condition: "a node or machine of the deployment uses at least 90 % of its cores",
  source: "ours: at 90 % in use, work waits nine times as long as it takes (M/M/1)",
  indicates: "what shares the node waits for CPU: coderd, Terraform, the database or workspaces",
  advice: "use larger nodes or more of them, and keep workspaces and provisioners off coderd's node",
  confidence: "high",
  judge: (load) =>
    judgeMoments(load, {
      needs: "CPU of the nodes or machines",
      read: (moment) => strongest(nodeCpu(load, moment).map((each) => cpuReading(each, moment, "CPU"))),
    }),
};
