import type { LoadProgress } from "../../model/record/worker-result.ts";

/** The progress of all parts of a load together. The activity is that of the part furthest behind. */
export class ProgressSum {
  readonly #latest = new Map<number, LoadProgress>();
  #order: string[] = [];

  /** Forgets a lost part, whose connections are gone. */
  lose(part: number): void {
    this.#latest.delete(part);
  }

  /** Takes the progress of one part and returns that of all. */
  update(part: number, progress: LoadProgress): LoadProgress {
    this.#latest.set(part, progress);
    if (!this.#order.includes(progress.activity)) this.#order.push(progress.activity);
    const all = [...this.#latest.values()];
    const sum = (value: (one: LoadProgress) => number): number =>
      all.reduce((total, one) => total + value(one), 0);
    return {
      activity: this.#order.find((activity) => all.some((one) => one.activity === activity)) ?? "",
      users: sum(({ users }) => users),
      workspaces: {
        total: sum(({ workspaces }) => workspaces.total),
        queued: sum(({ workspaces }) => workspaces.queued),
        building: sum(({ workspaces }) => workspaces.building),
        ready: sum(({ workspaces }) => workspaces.ready),
        failed: sum(({ workspaces }) => workspaces.failed),
        deleted: sum(({ workspaces }) => workspaces.deleted),
      },
      connections: {
        wanted: sum(({ connections }) => connections.wanted),
        terminal: sum(({ connections }) => connections.terminal),
        ssh: sum(({ connections }) => connections.ssh),
        failed: sum(({ connections }) => connections.failed),
      },
      commandsPerSecond: sum(({ commandsPerSecond }) => commandsPerSecond),
      ...sumPlans(all.flatMap(({ plan }) => plan ?? [])),
      ...sumBuilds(all.flatMap(({ builds }) => builds ?? [])),
    };
  }
}

type Plan = NonNullable<LoadProgress["plan"]>;
type Builds = NonNullable<LoadProgress["builds"]>;

function sumPlans(plans: readonly Plan[]): Pick<LoadProgress, "plan"> {
  if (plans.length === 0) return {};
  const sum = (value: (plan: Plan) => number): number =>
    plans.reduce((total, plan) => total + value(plan), 0);
  return {
    plan: {
      users: sum(({ users }) => users),
      concurrency: plans.some(({ concurrency }) => concurrency === 0)
        ? 0
        : sum(({ concurrency }) => concurrency),
      connectionsPerSecond: sum(({ connectionsPerSecond }) => connectionsPerSecond),
      holdMs: Math.max(...plans.map(({ holdMs }) => holdMs)),
    },
  };
}

/** The parts share the deployment's daemons, so their numbers are not added up. */
function sumBuilds(parts: readonly Builds[]): Pick<LoadProgress, "builds"> {
  if (parts.length === 0) return {};
  const succeeded = parts.reduce((total, part) => total + part.succeeded, 0);
  const totalMs = parts.reduce((total, part) => total + part.succeeded * part.meanMs, 0);
  const daemons = Math.max(...parts.map((part) => part.daemons));
  return { builds: { daemons, succeeded, meanMs: Math.round(totalMs / succeeded) } };
}
