import type { CoderClient } from "../../coder/client.ts";
import type { Clock } from "../../tools/time/clock.ts";

const EVERY_MS = 5_000;
/** A pod or machine that is replaced is back within this time. */
const GONE_AFTER_MS = 3 * 60_000;

/** The reason of a workspace whose delete build nothing runs. */
export const NO_PROVISIONER =
  "no provisioner daemon has been connected for 3 minutes, so nothing runs its delete build: start provisioners again (Deployment coder-provisioner, or the provisioner machines) and drain again";

/**
 * Deletes are builds, which run on provisioner daemons. Returns a signal that aborts once none has been connected for
 * three minutes: external ones may be gone, and a wait for them would last until the deadline. A failed listing counts
 * for neither.
 */
export function watchProvisioners(
  admin: CoderClient,
  clock: Clock,
  signal: AbortSignal,
): { readonly signal: AbortSignal; readonly stop: () => Promise<void> } {
  const gone = new AbortController();
  const ended = new AbortController();
  // eslint-disable-next-line no-restricted-syntax -- it ends only by its signal, and its value is not used.
  const watching = watch(admin, clock, AbortSignal.any([signal, ended.signal]))
    .then(() => gone.abort(new Error(NO_PROVISIONER)))
    .catch(() => undefined);
  return {
    signal: gone.signal,
    stop: async () => {
      ended.abort(new Error("the deletes are over"));
      await watching;
    },
  };
}

/** Resolves once no daemon has been connected for long enough; rejects when the signal aborts. */
async function watch(admin: CoderClient, clock: Clock, signal: AbortSignal): Promise<void> {
  let seenMs = clock.elapsed();
  for (;;) {
    await clock.sleep(EVERY_MS, signal);
    if ((await countLive(admin)) !== 0) seenMs = clock.elapsed();
    if (clock.elapsed() - seenMs >= GONE_AFTER_MS) return;
  }
}

/** The live daemons of all organizations; undefined if they cannot be listed. */
async function countLive(admin: CoderClient): Promise<number | undefined> {
  const organizations = await admin.organizations();
  if (!organizations.ok) return undefined;
  let live = 0;
  for (const { id } of organizations.value) {
    const daemons = await admin.provisionerDaemons(id);
    if (!daemons.ok) return undefined;
    live += daemons.value.filter(({ status }) => status !== "offline").length;
  }
  return live;
}
