import { joinObservations } from "../../model/observation/join-observations.ts";
import {
  nothingObserved,
  observation,
  type Observation,
  type Unseen,
} from "../../model/observation/observation.ts";
import type { ObserveTask } from "../../model/observation/observe-task.ts";
import type { Observing } from "../../model/ports/observer.ts";
import { messageOf } from "../../tools/error.ts";
import { salvageJson, writeJson } from "../../tools/files/json-file.ts";
import type { StageContext } from "../context/context.ts";
import type { RunFolder } from "../folder/run-folder.ts";

/** Limit for the cloud's answers, and for finding what to observe: neither may hold up a load for long. */
const ASK_TIMEOUT_MS = 60_000;

/** The load of a rehearsal lasts seconds. */
const REHEARSAL_EVERY_MS = 1_000;

/** Runs a load while the deployment is observed, and stores what this process and the cloud saw. Never fails the load. */
export async function whileObserved<T>(context: StageContext, load: () => Promise<T>): Promise<T> {
  const { folder, ports, signal, log } = context;
  const fromMs = ports.clock.now();
  const seen: Observation[] = [];
  const unseen: Unseen[] = [];
  const missing = (what: string) => (error: unknown) => {
    unseen.push({ what, why: messageOf(error) });
    return undefined;
  };
  let observing: Observing | undefined;
  try {
    observing = await ports.observer?.start?.(signal).catch(missing("what this machine reaches"));
    return await load();
  } finally {
    if (observing !== undefined) seen.push(await observing.stop());
    const within = AbortSignal.any([signal, AbortSignal.timeout(ASK_TIMEOUT_MS)]);
    const clouds = signal.aborted
      ? undefined
      : await ports.observer
          ?.afterwards?.(fromMs, ports.clock.now(), within)
          .catch(missing("figures of the cloud"));
    if (clouds !== undefined) seen.push(clouds);
    const [first, ...others] = seen;
    if (first !== undefined || unseen.length > 0) {
      const joined = joinObservations([
        { ...(first ?? nothingObserved(fromMs, [])), unseen: [...(first?.unseen ?? []), ...unseen] },
        ...others,
      ]);
      // On a full disk the load throws its own error, which must not be replaced by this one.
      await writeJson(folder.result("observation"), joined).catch((error: unknown) => log(messageOf(error)));
    }
  }
}

/** What the load's workers shall observe; places that are missing are stored with their reason. */
export async function findPlaces({ ports, signal, plan }: StageContext): Promise<{
  readonly observe?: ObserveTask;
  readonly unseen: readonly Unseen[];
}> {
  const within = AbortSignal.any([signal, AbortSignal.timeout(ASK_TIMEOUT_MS)]);
  try {
    const found = await ports.observer?.places?.(within);
    if (found === undefined) return { unseen: [] };
    const places = [...found.places];
    const observe = plan.simulated ? { places, everyMs: REHEARSAL_EVERY_MS } : { places };
    return { observe, unseen: found.unseen };
  } catch (error) {
    return { unseen: [{ what: "what the load's workers reach", why: messageOf(error) }] };
  }
}

/** Everything that was observed during a load, on the clock of its windows as far as the load has one. */
export async function readObservation(
  folder: RunFolder,
  ofLoad: Observation | undefined,
): Promise<Observation | undefined> {
  const ofDriver = await salvageJson(folder.result("observation"), observation);
  return joinObservations([ofLoad, ofDriver].filter((each) => each !== undefined));
}
