import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { RefbenchError } from "../../../harness/tools/error.ts";
import type { StoredEvent } from "../../../harness/model/ports/event.ts";
import type { Inventory, InventoryItem } from "../../../harness/model/ports/inventory.ts";
import type { TaskKind, WorkerRunner } from "../../../harness/model/ports/worker.ts";
import type { LoadResult } from "../../../harness/model/record/worker-result.ts";
import type { Terraform } from "../../../harness/model/ports/terraform.ts";
import type { Ports } from "../../../harness/pipeline/context/context.ts";
import { makeRun, type RunRequest } from "../../../harness/pipeline/making/make-run.ts";
import type { RunFolder } from "../../../harness/pipeline/folder/run-folder.ts";
import { NO_FAULTS, type WorldFaults } from "./faults.ts";
import { portsOf, type WorldUser } from "./ports.ts";
import { SMALL_ENVIRONMENT } from "./stacks.ts";
import { World } from "./world.ts";

/** Mishaps of a fake world. */
export interface Mishaps {
  /** `terraform apply` of this stack is refused before it creates anything. */
  refuseApply?: string;
  /** `terraform apply` of this stack creates one thing, records it, and is refused the next. */
  stopApplyOf?: string;
  /** `terraform apply` of this stack creates one thing that its state does not record, then fails. */
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
  failWorker?: "bootstrap" | "issueKey" | "load" | "drain";
}

/** A process that never dies. */
const ALIVE: WorldUser = {
  boundary: () => undefined,
  gate: () => Promise.resolve(),
  isDead: false,
  isReplaced: false,
};

/** The simulated world of the chaos tests with a small environment, and mishaps that a test can change while it runs. */
export class FakeWorld extends World {
  readonly events: StoredEvent[] = [];
  /** Calls of the ports, in order: `apply gke-cloud`, `drain`, `destroy gke-coder`. */
  readonly calls: string[] = [];
  readonly mishaps: Mishaps;
  /** The things in the cloud, by id. */
  readonly items = this.cloud.things;
  #cwd: string | undefined;

  constructor(mishaps: Mishaps = {}) {
    let terraformFolder = "";
    super(faultsOf(mishaps), SMALL_ENVIRONMENT, () => terraformFolder);
    this.mishaps = mishaps;
    this.#enterFolder = (directory) => (terraformFolder = dirname(directory));
  }

  readonly #enterFolder: (directory: string) => void;

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
    const ports = portsOf(this, ALIVE);
    return {
      ...ports,
      clock: this.clock,
      terraform: this.#terraform(ports.terraform),
      worker: this.#worker(ports.worker),
      inventory: this.#inventory(ports.inventory),
      spawnReaper: () => {
        throw new Error("no reaper may be started in this test");
      },
      ...overrides,
    };
  }

  add(id: string, kind: string, extra: Partial<InventoryItem> = {}): void {
    this.cloud.create({ id, kind, ...extra });
  }

  #inventory(inventory: Inventory): Inventory {
    return {
      list: (...asked) => {
        const { failInventory = 0 } = this.mishaps;
        if (failInventory === 0) return inventory.list(...asked);
        this.mishaps.failInventory = failInventory - 1;
        return Promise.resolve({ state: "failed", scope: "fake cloud", reason: "503", partial: [] });
      },
      remove: (item, ...more) => {
        this.calls.push(`remove ${item.id}`);
        return item.id === "stuck-leak"
          ? Promise.resolve({ state: "denied", reason: "403" })
          : inventory.remove(item, ...more);
      },
    };
  }

  #terraform(terraform: Terraform): Terraform {
    const enter = (call: string, directory: string): string => {
      this.#enterFolder(directory);
      const stack = this.environment.stacks.find(({ name }) => directory.endsWith(name))!.name;
      this.calls.push(`${call} ${stack}`);
      return stack;
    };
    return {
      ...terraform,
      apply: (directory, options) => {
        const stack = enter("apply", directory);
        if (this.mishaps.refuseApply === stack)
          return Promise.reject(new RefbenchError("infrastructure", "quota exceeded"));
        if (this.mishaps.leak !== undefined)
          this.add(this.mishaps.leak === "stuck" ? "stuck-leak" : "leak", "google_compute_disk");
        return terraform.apply(directory, options);
      },
      destroy: (directory, options) => {
        enter("destroy", directory);
        const { failDestroys = 0 } = this.mishaps;
        if (failDestroys === 0) return terraform.destroy(directory, options);
        this.mishaps.failDestroys = failDestroys - 1;
        return Promise.reject(new RefbenchError("infrastructure", "in use"));
      },
    };
  }

  #worker(worker: WorkerRunner): WorkerRunner {
    const run = <T>(task: TaskKind, work: () => Promise<T>): Promise<T> => {
      this.calls.push(task);
      return this.mishaps.failWorker === task
        ? Promise.reject(new RefbenchError("worker", "the generator died"))
        : work();
    };
    return {
      bootstrap: (...asked) => run("bootstrap", () => worker.bootstrap(...asked)),
      issueKey: (...asked) => run("issueKey", () => worker.issueKey(...asked)),
      load: (...asked) =>
        run("load", async () => ({ ...(await worker.load(...asked)), ...this.mishaps.load })),
      drain: (...asked) => run("drain", () => worker.drain(...asked)),
    };
  }
}

function faultsOf({ loseAnswerOf, stopApplyOf, failDestroysPartly }: Mishaps): WorldFaults {
  const terraform = {
    ...NO_FAULTS.terraform,
    ...(loseAnswerOf === undefined ? {} : { loseAnswer: { stack: loseAnswerOf, after: 0 } }),
    ...(stopApplyOf === undefined ? {} : { refuse: { stack: stopApplyOf, after: 1 } }),
    ...(failDestroysPartly === undefined ? {} : { cutDestroys: failDestroysPartly }),
  };
  return { ...NO_FAULTS, terraform };
}
