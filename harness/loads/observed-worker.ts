import { joinObservations } from "../model/observation/join-observations.ts";
import type { Observation } from "../model/observation/observation.ts";
import type { Observer } from "../model/ports/observer.ts";
import type { LoadRunner } from "../model/ports/worker.ts";
import { messageOf } from "../tools/error.ts";

/** A worker whose load is observed from this machine. Observing never fails a load. */
export function observedWorker(worker: LoadRunner, observer: Required<Pick<Observer, "start">>): LoadRunner {
  return {
    load: async (task, options) => {
      let why: string | undefined;
      const observing = await observer.start(options.signal).catch((error: unknown) => {
        why = messageOf(error);
        return undefined;
      });
      try {
        const result = await worker.load(task, options);
        const seen = await observing?.stop();
        const observation = together(result.observation, seen, why);
        return observation === undefined ? result : { ...result, observation };
      } finally {
        // A failed load has no result to put it into; its sampling ends all the same.
        await observing?.stop();
      }
    },
  };
}

/** Both observations; what could not be observed is a part of them. */
function together(
  ofLoad: Observation | undefined,
  ofCluster: Observation | undefined,
  why: string | undefined,
): Observation | undefined {
  const joined = joinObservations([ofLoad, ofCluster].filter((each) => each !== undefined));
  if (joined === undefined || why === undefined) return joined;
  return { ...joined, unseen: [...joined.unseen, { what: "what the cluster's API says", why }] };
}
