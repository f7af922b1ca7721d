import type { ObservedPlace } from "../../model/observation/observe-task.ts";
import type { Unseen } from "../../model/observation/observation.ts";
import type { Observer } from "../../model/ports/observer.ts";
import type { RunId } from "../../model/run-id.ts";
import { runningCoders, type RunningCoder } from "../../../rehearsal/twin/running-coders.ts";

/** What a load of a rehearsal observes: each Coder of the twin by its metrics and its processes, and this machine. */
export function twinObserver(twinRoot: string, runId: RunId): Observer {
  return {
    places: async () => {
      const coders = await runningCoders(twinRoot, runId);
      const found = coders.map((coder, index) =>
        placesOf(coder, coders.length === 1 ? "coder" : `coder-${index + 1}`),
      );
      return {
        places: [...found.flatMap(({ places }) => places), { kind: "machine", of: "this machine" }],
        unseen: [
          ...found.flatMap(({ unseen }) => unseen),
          ...(coders.length === 0 ? [{ what: "Coder", why: "the twin has no Coder of this run" }] : []),
        ],
      };
    },
  };
}

function postgres({ url, pid }: NonNullable<NonNullable<RunningCoder["real"]>["database"]>): ObservedPlace {
  // A database of the user's own gets no extension.
  return { kind: "postgres", of: "database", url, addStatistics: pid !== undefined };
}

function placesOf(
  { pid, metricsUrl, pprofUrl, log, real }: RunningCoder,
  name: string,
): { readonly places: readonly ObservedPlace[]; readonly unseen: readonly Unseen[] } {
  const process = (of: string, role: "coderd" | "database", id: number): ObservedPlace => ({
    ...{ kind: "process", of, role, pid: id },
  });
  const database = real?.database;
  return {
    places: [
      ...(metricsUrl === undefined
        ? []
        : [{ kind: "metrics", of: name, url: metricsUrl, role: "coderd", pprofUrl } as const]),
      process(name, "coderd", real?.server ?? pid),
      { kind: "log", of: name, file: log },
      ...(database === undefined ? [] : [postgres(database)]),
      ...(database?.pid === undefined ? [] : [process("postgres", "database", database.pid)]),
    ],
    unseen: [
      ...(metricsUrl === undefined
        ? [{ what: `metrics of ${name}`, why: "CODER_PROMETHEUS_ENABLE is not on" }]
        : []),
      ...(database === undefined ? [{ what: "database", why: "the emulator has none" }] : []),
      ...(pprofUrl === undefined
        ? [
            {
              what: `profile of ${name}`,
              why: real === undefined ? "the emulator has none" : "CODER_PPROF_ENABLE is not on",
            },
          ]
        : []),
    ],
  };
}
