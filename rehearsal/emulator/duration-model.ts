/**
 * How long the emulated server takes, in milliseconds at `buildSpeed` 1. Observed on Coder v2.31.0, 2 cores, 10
 * built-in daemons, Terraform 1.11.4, a template of one agent and one process; a real cluster's pods and volumes
 * take longer, a server with 8 cores for 30 builds is less crowded. Nothing here is a claim about real Coder's speed.
 */
export const DURATION_MODEL = {
  /** From acquiring the job to the first stage. */
  setUp: 150,
  /** Means of a start build's stages under a full queue. */
  stages: { init: 1_050, plan: 1_170, graph: 1_580, apply: 570 },
  /** A stop or delete build took 1.5 s where a start took 5. */
  downFactor: 0.35,
  /** A template import took 2.9 s, a dry run 2 s: neither applies. */
  importFactor: 0.75,
  dryRunFactor: 0.5,
  /** Each stage is its mean times a factor between these, decided by the build's number. */
  spread: { least: 0.7, most: 1.5 },
  /** A running job that is cancelled lets Terraform finish first. */
  cancel: 1_600,
  /** A daemon counts as offline, or its job as hung, once it has sent nothing for this long: Coder's own limits. */
  offline: 90_000,
  hung: 300_000,
  /** From the build's end until its agent is connected, then until its start-up script begins and ends. */
  agentConnect: 1_200,
  agentStart: 390,
  agentReady: 2,
  /** From the opening of a terminal until its shell writes the prompt. */
  shellStart: { least: 300, most: 700 },
  /** From the deletion of a volume claim until its disk is gone: chosen. */
  diskGone: 5_000,
  /** How long `deployment/stats` keeps one answer: agents report in batches. */
  statsCache: 30_000,
} as const;

export type BuildStep = keyof typeof DURATION_MODEL.stages;
export const BUILD_STEPS = Object.keys(DURATION_MODEL.stages) as readonly BuildStep[];

/** A number in [0, 1) that depends on nothing but its arguments (splitmix32). */
export function seededFraction(seed: number, salt: number): number {
  let z = (Math.imul(seed, 0x9e3779b9) + Math.imul(salt + 1, 0x85ebca6b)) | 0;
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return ((z ^ (z >>> 15)) >>> 0) / 2 ** 32;
}

/** Milliseconds of each stage for job number `n`, before `buildSpeed`. */
export function stageDurations(
  n: number,
  kind: "start" | "stop" | "delete" | "import" | "dry-run",
): Record<BuildStep, number> {
  const factor = {
    start: 1,
    stop: DURATION_MODEL.downFactor,
    delete: DURATION_MODEL.downFactor,
    import: DURATION_MODEL.importFactor,
    "dry-run": DURATION_MODEL.dryRunFactor,
  }[kind];
  const { least, most } = DURATION_MODEL.spread;
  const of = (stage: BuildStep, salt: number): number =>
    DURATION_MODEL.stages[stage] * factor * (least + (most - least) * seededFraction(n, salt));
  return {
    init: of("init", 0),
    plan: of("plan", 1),
    graph: of("graph", 2),
    apply: kind === "import" || kind === "dry-run" ? 0 : of("apply", 3),
  };
}

/** Whether start build number `n` (from 1) fails: exactly the share of any run of builds, evenly spread. */
export function fails(n: number, share: number): boolean {
  return Math.floor(n * share + 1e-9) > Math.floor((n - 1) * share + 1e-9);
}
