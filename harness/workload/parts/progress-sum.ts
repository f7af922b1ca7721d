import type { LoadProgress } from "../../model/record/worker-result.ts";

/** The progress of all parts of a load together. The activity is that of the part furthest behind. */
export class ProgressSum {
  readonly #latest = new Map<number, LoadProgress>();
  #order: string[] = [];

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
    };
  }
}
