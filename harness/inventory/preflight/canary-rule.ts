/** Name of the size that every architecture has to learn on. */
export const CANARY = "canary";

/** What is known of an earlier run. */
export interface EarlierRun {
  readonly architecture: string;
  readonly size: string;
  readonly simulated: boolean;
  /** Whether a cloud's endpoints were custom: it proves nothing about the real one. */
  readonly emulatedCloud: boolean;
  /** Google project or AWS account. */
  readonly project: string;
  /** Digest of the stacks that it deployed. */
  readonly stacks: string;
  /** Of its record; only `pass` measured something and left nothing. */
  readonly verdict: string;
}

/** A run that wants to start. */
export interface WantedRun extends Omit<EarlierRun, "verdict"> {
  /** `--skip-canary`, which the record says. */
  readonly skipCanary: boolean;
}

/**
 * Why a run must not start yet: a real run of a larger size waits for a clean canary of its architecture with these
 * stacks in that project. Undefined when it may start.
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
      ? `the clean canary of ${architecture} in ${project} was of other stacks`
      : there.length > 0
        ? `no canary of ${architecture} in ${project} was clean (last: ${there.at(-1)?.verdict ?? ""})`
        : `${project} has seen no canary of ${architecture}`;
  return `${architecture} ${size} is not started: ${why}; run "refbench run ${architecture} --size ${CANARY}" there first, or say --skip-canary, which the record will say too`;
}
