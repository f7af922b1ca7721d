import type { InventoryItem } from "../ports/inventory.ts";
import { RUN_ID_PATTERN, run12, type RunId } from "../run-id.ts";

/** `bench-<run12>` at the beginning, as a whole or before a hyphen; GKE puts its own prefix before a cluster's name. */
const NAMED = /^(?:gke-|gk3-)?bench-([0-9a-hjkmnp-tv-z]{12})(?:-|$)/;

/** The run of a resource by its labels and names. */
export interface RunMark {
  /** The last 12 characters of the run's id. */
  readonly run: string;
  /** The whole id, if the label has it. */
  readonly runId?: RunId;
  /** Set where label and name disagree: such a thing counts as left, and no sweep removes it. */
  readonly doubt?: Doubt;
}

/** Why nobody can say which run a thing belongs to. */
export interface Doubt {
  /** The other run that it may belong to, where its name names one: the last 12 characters. */
  readonly otherRun?: string;
  readonly reason: string;
}

/** The names and labels of a resource, and of its surroundings. */
export interface Marked {
  /** Its names, the one that counts most first. */
  readonly names: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  /** The run of what it lives in, or of what made it: the last 12 characters. */
  readonly place?: string | undefined;
}

/**
 * The run that a thing belongs to; every inventory asks here. A label that is a run's id decides, then the name, then
 * the place. A label that is not a run's id says nothing, but it makes a thing doubtful that a run's name or place
 * claims; so does a name that names another run than the label.
 */
export function readRunMark({ names, labels, place }: Marked): RunMark | undefined {
  const runId = findLabelledRun(labels);
  const named = names.map(findNamedRun).find((run) => run !== undefined);
  if (runId !== undefined) {
    const run = run12(runId);
    if (named === undefined || named === run) return { run, runId };
    const reason = `its label bench-run is ${runId}, while its name is of the run bench-${named}`;
    return { run, runId, doubt: { otherRun: named, reason } };
  }
  const run = named ?? place;
  if (run === undefined) return undefined;
  const reason = doubtfulLabel(labels);
  return reason === undefined ? { run } : { run, doubt: { reason } };
}

/** Whether a thing is, or may be, of a run; of any run where none is asked for. */
export function isOfRun({ run, doubt }: RunMark, asked: RunId | undefined): boolean {
  return asked === undefined || [run, doubt?.otherRun].includes(run12(asked));
}

/** Why a label `bench-run` is not believed; absent without a label, or if it is a run's id. */
export function doubtfulLabel(labels: Readonly<Record<string, string>>): string | undefined {
  const label = labels["bench-run"];
  if (label === undefined || RUN_ID_PATTERN.test(label)) return undefined;
  return `its label bench-run is ${JSON.stringify(label)}, which is not a run's id`;
}

/** The last 12 characters of a run's id, when a name begins with `bench-<run12>`: not `mybench-…`, not `…extra`. */
export function findNamedRun(name: string): string | undefined {
  return NAMED.exec(name)?.[1];
}

/** As `findNamedRun`, for a path, a policy's member or another text that quotes names. */
export function findQuotedRun(text: string): string | undefined {
  return text
    .split(/[/:\s]/)
    .map(findNamedRun)
    .find((run) => run !== undefined);
}

/** The run that labels or tags name; undefined where the label is not a run's id. */
export function findLabelledRun(labels: Readonly<Record<string, string>>): RunId | undefined {
  const run = labels["bench-run"];
  return run !== undefined && RUN_ID_PATTERN.test(run) ? run : undefined;
}

/** Whether somebody made a thing manually: nothing here ever removes it. */
export function isManual(labels: Readonly<Record<string, string>>): boolean {
  return labels["bench-managed"]?.trim().toLowerCase() === "manual";
}

/** Why an inventory refuses to remove an item, whoever asks; undefined where it may be removed. */
export function refuseRemoval({ labels, doubtful }: InventoryItem): string | undefined {
  if (isManual(labels)) return "made by hand: its maker removes it";
  if (doubtful !== undefined)
    return `${doubtful}: find out whose it is, and remove it manually or correct its label`;
  return undefined;
}
