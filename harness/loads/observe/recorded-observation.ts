import { joinObservations } from "../../model/observation/join-observations.ts";
import { nothingObserved, type Observation, type Unseen } from "../../model/observation/observation.ts";
import type { LoadResult } from "../../model/record/worker-result.ts";

/** What a record keeps of what was observed, with what the user did not grant; undefined without a load. */
export function recordedObservation(
  result: LoadResult | undefined,
  { unseen, others = [] }: { readonly unseen: readonly Unseen[]; readonly others?: readonly Observation[] },
): Observation | undefined {
  if (result === undefined) return undefined;
  const { observation, engine, startedAtMs = 0 } = result;
  const own = observation === undefined ? [] : [observation];
  const seen = joinObservations([...own, ...others]) ?? nothingObserved(startedAtMs, []);
  const foreign =
    engine === undefined
      ? []
      : [
          {
            what: "what the load's workers reach",
            why: "Coder's utility made the load, which observes nothing",
          },
        ];
  return { ...seen, unseen: [...seen.unseen, ...unseen, ...foreign] };
}
