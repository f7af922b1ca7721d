import type { LimitRule } from "./rule.ts";
import { apiRateLimits } from "./rules/api-rate-limits.ts";
import { bandwidth } from "./rules/bandwidth.ts";
import { coderdCpu } from "./rules/coderd-cpu.ts";
import { coderdThrottled } from "./rules/coderd-throttled.ts";
import { databaseConnections } from "./rules/database-connections.ts";
import { databaseCpuRule } from "./rules/database-cpu.ts";
import { databaseLocks } from "./rules/database-locks.ts";
import { downloads } from "./rules/downloads.ts";
import { generator } from "./rules/generator.ts";
import { memoryPressure } from "./rules/memory-pressure.ts";
import { nodeCpuRule } from "./rules/node-cpu.ts";
import { ports } from "./rules/ports.ts";
import { provisionerCapacity } from "./rules/provisioner-capacity.ts";
import { restarts } from "./rules/restarts.ts";
import { scheduling } from "./rules/scheduling.ts";
import { slowQueries } from "./rules/slow-queries.ts";
import { terraformCpu } from "./rules/terraform-cpu.ts";
import { volumeAttach } from "./rules/volume-attach.ts";

/**
 * Every rule. Of two that held equally long, the one further up is named first: what is closer to a cause stands before
 * what follows from it, such as a full pool before slow queries.
 */
export const LIMIT_RULES: readonly LimitRule[] = [
  generator,
  ports,
  memoryPressure,
  scheduling,
  volumeAttach,
  databaseConnections,
  databaseLocks,
  databaseCpuRule,
  coderdThrottled,
  coderdCpu,
  terraformCpu,
  nodeCpuRule,
  apiRateLimits,
  downloads,
  bandwidth,
  slowQueries,
  restarts,
  provisionerCapacity,
];
