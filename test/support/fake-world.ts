import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RefbenchError } from "../../harness/tools/error.ts";
import type { StoredEvent } from "../../harness/model/ports/event.ts";
import type { InventoryItem, RemoveOutcome } from "../../harness/model/ports/inventory.ts";
import type { TaskKind, WorkerRunner } from "../../harness/model/ports/worker.ts";
import type { LoadResult } from "../../harness/model/record/worker-result.ts";
import type { LoadTask } from "../../harness/model/ports/worker-task.ts";
import type { Terraform } from "../../harness/model/ports/terraform.ts";
import type { Ports } from "../../harness/pipeline/context/context.ts";
import { makeRun, type RunRequest } from "../../harness/pipeline/making/make-run.ts";
import type { RunFolder } from "../../harness/pipeline/folder/run-folder.ts";
import { fakeClock } from "./fake-clock.ts";

const STACKS = [
  { name: "gke-cloud", dependencies: [], kinds: ["google_compute_network", "google_container_cluster"] },
  { name: "gke-coder", dependencies: ["gke-cloud"], kinds: ["helm_release"] },
];

/** What goes wrong in a fake world, by where. */
export interface Mishaps {
  /** `terraform apply` of this stack is refused before it creates anything. */
  refuseApply?: string;
  /** `terraform apply` of this stack creates one thing that its state never hears of, then fails. */
  loseAnswerOf?: string;
  /** That many `terraform destroy` calls fail. */
  failDestroys?: number;
  /** That many `terraform destroy` calls delete the last of their stack's resources, then fail. */
  failDestroysPartly?: number;
  /** An item that no state knows appears with the first apply. */
  leak?: "removable" | "stuck";
  /** That many inventory answers fail. */
  failInventory?: number;
  load?: Partial<LoadResult>;
  /** Thrown by the worker in this task. */
  failWorker?: "bootstrap" | "load" | "drain";
}

/** A cloud, a Terraform, a Coder and an inventory in memory, behind the ports of the pipeline. */
export class FakeWorld {
  readonly clock = fakeClock();
  readonly items = new Map<string, InventoryItem>();
  readonly events: StoredEvent[] = [];
  /** What was asked of whom, in order: `apply gke-cloud`, `drain`, `destroy gke-coder`. */
  readonly calls: string[] = [];
  readonly mishaps: Mishaps;
  workspaces = 0;
  #state = new Map<string, string[]>();
  #cwd: string | undefined;

  constructor(mishaps: Mishaps = {}) {
    this.mishaps = mishaps;
  }

  readonly reporter = { report: (event: StoredEvent) => void this.events.push(event) };

  async makeRun(
    overrides: Record<string, unknown> = { users: "2", workspaces: "2", "connections.total": "4" },
    request: Partial<RunRequest> = {},
  ): Promise<RunFolder> {
    this.#cwd ??= await mkdtemp(join(tmpdir(), "refbench-test-"));
    const cwd = this.#cwd;
    return makeRun(cwd, this.clock, {
      architecture: "gke",
      size: "canary",
      overrides,
      operator: "tester",
      ttlMs: 3_600_000,
      rehearsal: {
        twinRoot: join(cwd, "twin"),
        speed: 1,
        buildSpeed: 1,
        failBuilds: 0,
        faultsFile: undefined,
      },
      project: "no-such-project",
      refbench: { version: "0.0.0" },
      ...request,
    });
  }

  ports(overrides: Partial<Ports> = {}): Ports {
    return {
      clock: this.clock,
      terraform: this.#terraform(),
      childEnv: {},
      synthesize: async ({ directory }) => {
        for (const { name } of STACKS) await mkdir(join(directory, name), { recursive: true });
        return STACKS;
      },
      terraformSecrets: ({ databasePassword }) => ({ TF_VAR_db_password: databasePassword }),
      readTemplate: () => Promise.resolve({ "main.tf": "" }),
      checks: () => Promise.resolve([]),
      worker: this.#worker(),
      inventory: {
        list: () => {
          if ((this.mishaps.failInventory ?? 0) > 0) {
            this.mishaps.failInventory = (this.mishaps.failInventory ?? 0) - 1;
            return Promise.resolve({ state: "failed", scope: "fake cloud", reason: "503", partial: [] });
          }
          return Promise.resolve({
            state: "complete",
            scope: "fake cloud",
            kinds: [],
            items: [...this.items.values()],
          });
        },
        remove: (item) => Promise.resolve(this.#remove(item)),
      },
      settle: { quietMs: 1000, controllersMs: 10_000, pollMs: 100 },
      selfAudit: () => undefined,
      compare: () => ({ figures: [] }),
      judge: (objectives, measurements) =>
        objectives.map(({ name, description, threshold }) => ({
          name,
          description,
          threshold,
          met: measurements !== undefined && measurements.workspaces.failed === 0,
        })),
      spawnReaper: () => {
        throw new Error("no reaper may be started in this test");
      },
      ...overrides,
    };
  }

  create(id: string, kind: string, extra: Partial<InventoryItem> = {}): void {
    this.items.set(id, { id, kind, name: id, labels: {}, ...extra });
  }

  #remove(item: InventoryItem): RemoveOutcome {
    this.calls.push(`remove ${item.id}`);
    if (item.id === "stuck-leak") return { state: "denied", reason: "403" };
    if (!this.items.has(item.id)) return { state: "gone" };
    if (item.kind === "google_compute_network" && this.items.size > 1)
      return { state: "in-use", reason: "network is used" };
    this.items.delete(item.id);
    return { state: "removed" };
  }

  #terraform(): Terraform {
    return {
      version: () => Promise.resolve({ version: "1.11.4", path: "/usr/bin/terraform" }),
      init: () => Promise.resolve(),
      apply: async (directory, options) => {
        const stack = STACKS.find(({ name }) => directory.endsWith(name))!;
        this.calls.push(`apply ${stack.name}`);
        if (this.mishaps.refuseApply === stack.name)
          throw new RefbenchError("infrastructure", "quota exceeded");
        await writeFile(join(directory, "terraform.tfstate"), "{}");
        if (this.mishaps.leak !== undefined)
          this.create(this.mishaps.leak === "stuck" ? "stuck-leak" : "leak", "google_compute_disk");
        for (const kind of stack.kinds) {
          this.create(`${stack.name}/${kind}`, kind);
          if (this.mishaps.loseAnswerOf === stack.name)
            throw new RefbenchError("infrastructure", "connection reset");
          this.#state.set(stack.name, [...(this.#state.get(stack.name) ?? []), `${stack.name}/${kind}`]);
          options.onProgress?.({ address: `${kind}.own`, action: "create", state: "complete" });
        }
        return { add: stack.kinds.length, change: 0, remove: 0 };
      },
      destroy: (directory, options) => {
        const stack = STACKS.find(({ name }) => directory.endsWith(name))!;
        this.calls.push(`destroy ${stack.name}`);
        if ((this.mishaps.failDestroys ?? 0) > 0) {
          this.mishaps.failDestroys = (this.mishaps.failDestroys ?? 0) - 1;
          return Promise.reject(new RefbenchError("infrastructure", "in use"));
        }
        const owned = this.#state.get(stack.name) ?? [];
        const isCut = (this.mishaps.failDestroysPartly ?? 0) > 0;
        const deleted = isCut ? owned.slice(-1) : owned;
        for (const id of deleted) {
          this.items.delete(id);
          const address = `${id.slice(stack.name.length + 1)}.own`;
          options.onProgress?.({ address, action: "delete", state: "complete" });
        }
        this.#state.set(
          stack.name,
          owned.filter((id) => !deleted.includes(id)),
        );
        if (!isCut) return Promise.resolve({ add: 0, change: 0, remove: owned.length });
        this.mishaps.failDestroysPartly = (this.mishaps.failDestroysPartly ?? 0) - 1;
        return Promise.reject(new RefbenchError("infrastructure", "in use"));
      },
      output: (directory) =>
        Promise.resolve(
          directory.endsWith("gke-coder")
            ? {
                coder_url: "http://127.0.0.1:7080",
                template_variables: { namespace: "coder-workspaces" },
                coder_namespace: "coder",
                workspace_namespace: "coder-workspaces",
                coder_release: "coder",
                coder_chart_version: "2.31.0",
              }
            : {},
        ),
      working: () => undefined,
      stateList: () => Promise.resolve([]),
    };
  }

  #worker(): WorkerRunner {
    const run = <T>(task: TaskKind, answer: () => T): Promise<T> => {
      this.calls.push(task);
      return this.mishaps.failWorker === task
        ? Promise.reject(new RefbenchError("worker", "the generator died"))
        : Promise.resolve(answer());
    };
    return {
      bootstrap: () =>
        run("bootstrap", () => ({
          stopped: false,
          token: "planted-token",
          organizationId: "o",
          templateId: "t",
          templateVersionId: "v",
          deploymentId: "d",
          coderVersion: "2.31.0",
          replicas: 1,
          provisionerDaemons: 2,
        })),
      load: (task) =>
        run("load", () => {
          this.workspaces = task.workspaces;
          return { ...loadResultOf(task), ...this.mishaps.load };
        }),
      drain: () =>
        run("drain", () => {
          const deleted = this.workspaces;
          this.workspaces = 0;
          return { stopped: false, deleted, remaining: [] };
        }),
    };
  }
}

/** The result of a load in which everything went well. */
export function loadResultOf(
  task: Pick<LoadTask, "users" | "workspaces"> & { connections: { total: number } },
): LoadResult {
  const { users, workspaces } = task;
  const { total } = task.connections;
  return {
    stopped: false,
    users: { asked: users, created: users, withWorkspace: users, deleted: users },
    workspaces: {
      asked: workspaces,
      created: workspaces,
      ready: workspaces,
      succeeded: workspaces,
      failed: 0,
      deleted: workspaces,
    },
    builds: { capacity: 2, peakRunning: 2, timeWeightedRunning: 1.5 },
    connections: { asked: total, held: total, heldTerminal: total, heldSsh: 0, verified: total, lost: 0 },
    failures: [],
    histograms: [],
    generator: {
      slipP99Ms: 1,
      slipMaxMs: 2,
      eventLoopUtilization: 0.1,
      maxRssMib: 100,
      cpuSeconds: 1,
      limited: false,
      reasons: [],
    },
  };
}
