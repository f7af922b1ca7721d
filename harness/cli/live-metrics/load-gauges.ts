import { Counter, Gauge, Registry } from "prom-client";
import type { RunEvent } from "../../model/ports/event.ts";
import type { LoadProgress } from "../../model/record/worker-result.ts";

/** Labels of everything that a run's live metrics say. */
export interface RunLabels {
  readonly run: string;
  readonly architecture: string;
  readonly size: string;
  readonly simulated: "true" | "false";
}

const PREFIX = "refbench_live_";

/** The metrics of a running load. Times are seconds, as Prometheus wants them. */
export class LoadGauges {
  readonly registry = new Registry();
  readonly #info = this.#gauge("run_info", "The run whose load this is.", [
    ...["run", "architecture", "size", "simulated"],
  ]);
  readonly #stage = this.#gauge("stage", "The stage that runs: 1. Others are absent.", ["stage"]);
  readonly #users = this.#gauge("users", "Users that were created.");
  readonly #workspaces = this.#gauge("workspaces", "Workspaces by their state.", ["state"]);
  readonly #planned = this.#gauge("workspaces_planned", "Workspaces that the load intends to create.");
  readonly #connections = this.#gauge("connections", "Connections that are held.", ["kind"]);
  readonly #wanted = this.#gauge("connections_wanted", "Connections that the load intends to hold.");
  readonly #failed = this.#gauge("connections_failed", "Connections that could not be opened.");
  readonly #commands = this.#gauge("commands_per_second", "Verified commands on held connections.");
  readonly #built = this.#gauge("builds_succeeded", "Builds that succeeded.");
  readonly #buildMean = this.#gauge(
    "build_mean_seconds",
    "Mean duration of successful builds by Coder's clock.",
  );
  readonly #daemons = this.#gauge("provisioner_daemons", "Provisioner daemons that the load found.");
  readonly #cost = this.#gauge("cost_usd", "Estimated cost of the run so far.");
  readonly #remaining = this.#gauge(
    "teardown_remaining",
    "Workspaces and users that the teardown has yet to delete.",
  );
  readonly #notes = new Counter({
    name: `${PREFIX}notes_total`,
    help: "Notes by level; each kind of failure of a load is one warning.",
    labelNames: ["level"],
    registers: [this.registry],
  });

  /** Names the run. */
  describe(labels: RunLabels): void {
    this.#info.reset();
    this.#info.set({ ...labels }, 1);
  }

  /** Takes an event into account. */
  report(event: RunEvent): void {
    switch (event.type) {
      case "run.started": {
        const { runId: run, architecture, size, simulated } = event;
        this.describe({ run, architecture, size, simulated: simulated ? "true" : "false" });
        break;
      }
      case "stage.started":
        this.#stage.reset();
        this.#stage.set({ stage: event.stage }, 1);
        break;
      case "stage.finished":
        this.#stage.reset();
        break;
      case "load.progress":
        this.#setProgress(event.progress);
        break;
      case "cost.progress":
        this.#cost.set(event.spent);
        break;
      case "drain.progress":
        this.#remaining.set(event.remaining);
        break;
      case "note":
        this.#notes.inc({ level: event.level });
        break;
      default:
    }
  }

  #setProgress({ users, workspaces, connections, commandsPerSecond, builds }: LoadProgress): void {
    const { total, ...states } = workspaces;
    this.#users.set(users);
    this.#planned.set(total);
    for (const [state, count] of Object.entries(states)) this.#workspaces.set({ state }, count);
    this.#connections.set({ kind: "terminal" }, connections.terminal);
    this.#connections.set({ kind: "ssh" }, connections.ssh);
    this.#wanted.set(connections.wanted);
    this.#failed.set(connections.failed);
    this.#commands.set(commandsPerSecond);
    if (builds === undefined) return;
    this.#built.set(builds.succeeded);
    this.#buildMean.set(builds.meanMs / 1000);
    this.#daemons.set(builds.daemons);
  }

  #gauge(name: string, help: string, labelNames: readonly string[] = []): Gauge {
    return new Gauge({ name: `${PREFIX}${name}`, help, labelNames, registers: [this.registry] });
  }
}
