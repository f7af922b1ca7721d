/** Name of the smallest size of every architecture. */
export const CANARY = "canary";

/** Facts about an earlier run. */
export interface EarlierRun {
  readonly architecture: string;
  readonly size: string;
  readonly simulated: boolean;
  /** Whether the cloud's endpoints were custom: such a run proves nothing about the real cloud. */
  readonly emulatedCloud: boolean;
  /** Google project or AWS account. */
  readonly project: string;
  /** Digest of the deployed stacks. */
  readonly stacks: string;
  /** From its record; only `pass` measured something and left nothing. */
  readonly verdict: string;
}

/** A run that is about to start. */
export interface WantedRun extends Omit<EarlierRun, "verdict"> {
  /** `--skip-canary`, which the record contains. */
  readonly skipCanary: boolean;
}

/**
 * Explains why a run must not start yet: a real run of a larger size needs a clean canary of its architecture with
 * the same stacks in the same project. Undefined if it may start.
 */
export function canaryRefusal(wanted: WantedRun, earlier: readonly EarlierRun[]): string | undefined {
  const { architecture, size, project, stacks } = wanted;
  if (wanted.simulated || wanted.emulatedCloud || size === CANARY || wanted.skipCanary) return undefined;
  const there = earlier.filter(
    (run) =>
      run.architecture === architecture &&
      run.size === CANARY &&
      run.project === project &&
      !run.simulated &&
      !run.emulatedCloud,
  );
  const clean = there.filter(({ verdict }) => verdict === "pass");
  if (clean.some((run) => run.stacks === stacks)) return undefined;
  const why =
    clean.length > 0
      ? `the clean canary of ${architecture} in ${project} used other stacks`
      : there.length > 0
        ? `no canary of ${architecture} in ${project} was clean (last: ${there.at(-1)?.verdict ?? ""})`
        : `no canary of ${architecture} has run in ${project}`;
  return `cannot start ${architecture} ${size}: ${why}; run "refbench run ${architecture} --size ${CANARY}" there first, or use --skip-canary, which the record will contain`;
}
