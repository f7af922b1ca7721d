import type { DaemonCounts } from "../context/builds.ts";
import { buildCapacity } from "../context/capacity.ts";
import type { LoadContext } from "../context/load-context.ts";

/** Often enough to notice a daemon that dies during a build, and too rare to be a load. */
const EVERY_MS = 10_000;

/**
 * Counts the provisioner daemons repeatedly while workspaces are built, and once at the end: one count says
 * nothing about daemons that died later.
 */
export function watchCapacity(load: LoadContext): { stop(): Promise<DaemonCounts | undefined> } {
  const ended = new AbortController();
  const counts: number[] = [];
  const ask = async (): Promise<void> => {
    const answer = await buildCapacity(load.admin, load.organizationId, load.buildTags);
    if (answer.ok) counts.push(answer.value.daemons);
  };
  // eslint-disable-next-line no-restricted-syntax -- it ends only by its signal, and its value is not used.
  const asking = (async () => {
    const signal = AbortSignal.any([ended.signal, load.signal]);
    for (;;) {
      await load.clock.sleep(EVERY_MS, signal);
      await ask();
    }
  })().catch(() => undefined);
  return {
    stop: async () => {
      ended.abort(new Error("the builds are over"));
      await asking;
      if (!load.signal.aborted) await ask();
      if (counts.length === 0) return undefined;
      return { asked: counts.length, least: Math.min(...counts), most: Math.max(...counts) };
    },
  };
}
