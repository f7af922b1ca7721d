import { messageOf } from "../tools/error.ts";
import type { NightRun } from "./night.ts";
import { nameOf, type SizeName } from "./sizes.ts";

export interface CanaryPorts {
  /** Whether the cloud wants to see a clean canary of the architecture first. */
  readonly wantsCanary: (size: SizeName) => Promise<boolean>;
  readonly tell: (line: string) => void;
}

/** Each architecture's canary before its first size where the cloud has seen none. */
export async function withCanaries(
  sizes: readonly SizeName[],
  { wantsCanary, tell }: CanaryPorts,
): Promise<readonly SizeName[]> {
  // A bucket that does not answer is that size's own failure: its run is refused, and says why.
  const isWanted = (size: SizeName): Promise<boolean> =>
    wantsCanary(size).catch((error: unknown) => {
      tell(`night: nobody says whether ${nameOf(size)} wants a canary: ${messageOf(error)}`);
      return false;
    });
  const all: SizeName[] = [];
  const isThere = (size: SizeName): boolean => all.some((each) => nameOf(each) === nameOf(size));
  for (const size of sizes) {
    const canary = { architecture: size.architecture, size: "canary" };
    if (!isThere(canary) && (await isWanted(size))) all.push(canary);
    if (!isThere(size)) all.push(size);
  }
  return all;
}

/** Runs in the order of the sizes that were asked for, a canary that goes before them first. */
export function inCanaryOrder(runs: readonly NightRun[], sizes: readonly SizeName[]): NightRun[] {
  const architectures = sizes.map(({ architecture }) => architecture);
  const place = (run: NightRun): number => {
    const at = sizes.findIndex((size) => nameOf(size) === nameOf(run));
    return at === -1 ? architectures.indexOf(run.architecture) - 0.5 : at;
  };
  return runs.toSorted((one, other) => place(one) - place(other));
}
