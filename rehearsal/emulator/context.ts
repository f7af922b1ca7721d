import type { PrebuildsReconciler } from "./build/prebuilds-reconciler.ts";
import type { Provisioner } from "./build/provisioner.ts";
import type { BuildQueue } from "./build/queue.ts";
import type { TemplateImports } from "./build/template-imports.ts";
import type { WorkspaceBuilds } from "./build/workspace-builds.ts";
import type { EmulatorFaults } from "./faults.ts";
import type { RateLimits } from "./http/rate-limit.ts";
import type { Gauges } from "./metrics/gauges.ts";
import type { WorkspaceProxies } from "./proxies/workspace-proxies.ts";
import type { World } from "./state/world.ts";
import type { TerminalSessions } from "./terminal/sessions.ts";

/** One emulated deployment, which every route needs. */
export interface EmulatedDeployment {
  readonly world: World;
  readonly queue: BuildQueue;
  readonly provisioner: Provisioner;
  readonly imports: TemplateImports;
  readonly builds: WorkspaceBuilds;
  readonly prebuilds: PrebuildsReconciler;
  readonly limits: RateLimits;
  readonly gauges: Gauges;
  readonly terminals: TerminalSessions;
  readonly faults: EmulatorFaults;
  readonly proxies: WorkspaceProxies;
  /** Replicas that are really up: one without a licence. */
  readonly liveReplicas: number;
  /** Base URL, known once the server listens. */
  readonly url: () => string;
}
