import { messageOf } from "../tools/error.ts";
import type { NightRun } from "./night.ts";
import { formatSize, type SizeName } from "./sizes.ts";

export interface CanaryPorts {
  /** Whether the cloud must first have a clean canary of the architecture. */
  readonly wantsCanary: (size: SizeName) => Promise<boolean>;
  readonly report: (line: string) => void;
}

/** Puts each architecture's canary before its first size if the cloud has had no clean one. */
export async function addCanaries(
  sizes: readonly SizeName[],
  { wantsCanary, report }: CanaryPorts,
): Promise<readonly SizeName[]> {
  // If a bucket does not answer, the run of that size fails later with the reason.
  const isWanted = (size: SizeName): Promise<boolean> =>
    wantsCanary(size).catch((error: unknown) => {
      report(`night: it is not known whether ${formatSize(size)} needs a canary: ${messageOf(error)}`);
      return false;
    });
  const all: SizeName[] = [];
  const isListed = (size: SizeName): boolean => all.some((each) => formatSize(each) === formatSize(size));
  for (const size of sizes) {
    const canary = { architecture: size.architecture, size: "canary" };
    if (!isListed(canary) && (await isWanted(size))) all.push(canary);
    if (!isListed(size)) all.push(size);
  }
  return all;
}

/** Sorts runs in the order of the requested sizes; a canary comes before the sizes of its architecture. */
export function sortByRequest(runs: readonly NightRun[], sizes: readonly SizeName[]): NightRun[] {
  const architectures = sizes.map(({ architecture }) => architecture);
  const place = (run: NightRun): number => {
    const at = sizes.findIndex((size) => formatSize(size) === formatSize(run));
    return at === -1 ? architectures.indexOf(run.architecture) - 0.5 : at;
  };
  return runs.toSorted((one, other) => place(one) - place(other));
}
