import type { Moment, ObservedLoad } from "../observed-load.ts";
import { judgeMoments, momentsOfEvents, type Reading, strongest, readingsAtLeast } from "../judge-moments.ts";
import type { LimitRule } from "../rule.ts";
import { shown } from "../saturation.ts";

const FULL_CONTAINER = 0.95;
const FULL_NODE = 0.95;
const PRESSED = 0.1;
const MIB = 2 ** 20;

export const memoryPressure: LimitRule = {
  id: "memory-pressure",
  limit: "memory",
  condition:
    "a container of coderd, a provisioner or the database uses at least 95 % of its memory limit, or a node or database at least 95 % of its memory, or tasks of a node waited for memory in at least 10 % of the time, or Kubernetes reports OOMKilling, OOMKilled or Evicted",
  source:
    "Kubernetes, Node-pressure Eviction: pods are evicted below 100 MiB available, which is 95 % of 2 GiB, the smallest node here; 10 % of stalled time: ours, a tenth of the work's time",
  indicates: "processes are killed or stall for memory",
  advice: "give the thing named more memory, or place fewer workspaces on its node",
  confidence: "high",
  judge: (load) => {
    const events = momentsOfEvents(
      load,
      load.events.filter(({ reason }) => /^(OOMKilling|OOMKilled|SystemOOM|Evicted)$/.test(reason)),
    );
    const judged = judgeMoments(load, {
      needs: "memory of containers, nodes or the database",
      read: (moment) => strongest(readings(load, moment)),
    });
    if (events.length === 0) return judged;
    const of = judged.state === "judged" ? judged.held : [];
    const seen = new Set(events.map(({ moment }) => moment));
    const held = [...events, ...of.filter(({ moment }) => !seen.has(moment))];
    return {
      ...{ state: "judged", among: load.moments.length, isOfEvents: true },
      held: held.toSorted((one, other) => one.moment.atMs - other.moment.atMs),
    };
  },
};

function readings(load: ObservedLoad, moment: Moment): readonly Reading[] {
  const { atMs } = moment;
  const full = (
    figure: "container.memory" | "node.memory" | "database.memory",
    of: string,
    used: number,
    size: number | undefined,
    least: number,
  ): readonly Reading[] =>
    size === undefined || size <= 0
      ? []
      : [
          {
            isHeld: used >= least * size,
            strength: used / (least * size),
            evidence: {
              ...{ figure, of, atMs, value: used },
              words: `memory of ${of}: ${shown(used / MIB)} of ${shown(size / MIB)} MiB (at least ${shown(least * 100)} %)`,
            },
          },
        ];
  return [
    ...load
      .values("container.memory", moment)
      .filter(({ of }) => /^(coderd|provisioner|database)\//.test(of))
      .flatMap(({ of, value }) =>
        full("container.memory", of, value, load.value("container.memory-limit", of, moment), FULL_CONTAINER),
      ),
    ...load
      .values("node.memory", moment)
      .flatMap(({ of, value }) =>
        full("node.memory", of, value, load.value("node.memory-size", of, moment), FULL_NODE),
      ),
    ...load
      .values("database.memory", moment)
      .flatMap(({ of, value }) =>
        full("database.memory", of, value, load.value("database.memory-size", of, moment), FULL_NODE),
      ),
    ...readingsAtLeast(load, moment, {
      figure: "node.memory-pressure",
      least: PRESSED,
      words: ({ of, value }) =>
        `tasks on ${of} waited for memory in ${shown(value * 100)} % of the time (at least 10 %)`,
    }),
  ];
}
