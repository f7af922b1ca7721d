import type { MockWorld } from "./world.ts";

/** Seconds that an operation takes on Google's cloud, from public reports: creating, changing, deleting. */
const SECONDS: Readonly<Record<string, readonly [create: number, update: number, remove: number]>> = {
  networks: [12, 10, 20],
  subnetworks: [15, 10, 20],
  routers: [10, 10, 12],
  instances: [20, 10, 50],
  clusters: [330, 60, 240],
  nodePools: [110, 60, 150],
  sqlInstances: [480, 60, 60],
};
const OTHERS = [8, 8, 8] as const;

/** The durations of Google's cloud, divided. Throws where the divisor is not a number above 0. */
export function speedDurations(speed: number): MockWorld["durationMs"] {
  if (!(speed > 0)) throw new RangeError(`--speed must be a number above 0, such as 20; got ${speed}`);
  return (collection, act) => {
    const [create, update, remove] = SECONDS[collection] ?? OTHERS;
    return ({ create, update, delete: remove }[act] * 1_000) / speed;
  };
}
