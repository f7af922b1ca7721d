import type { Measurements } from "../../../harness/model/record/record.ts";
import type { LoadWindow, Phase, PhaseHistogram } from "../../../harness/model/record/worker-result.ts";
import { histogramOf, sampleMeasurements } from "../../harness/results/sample-record.ts";
import { normal } from "./seeded-random.ts";

/** How a synthetic load goes otherwise than well. */
export interface SyntheticLoad {
  /** Workspaces whose agent never connects, each with four connections that are lost. */
  readonly failed: number;
  /** Whether the generator is the limit for a while. */
  readonly isLimited: boolean;
  readonly startedAtMs: number;
  /** By how much every phase takes longer: 0.15 = 15 %. @default 0 */
  readonly slowerBy?: number;
}

/** Figures around a steady level, with noise from night to night and from sample to sample. */
export function syntheticMeasurements(
  random: () => number,
  { startedAtMs, failed, isLimited, slowerBy = 0 }: SyntheticLoad,
): Measurements {
  const level = (1 + 0.035 * normal(random)) * (1 + slowerBy);
  const sample = sampleMeasurements();
  return {
    ...sample,
    startedAtMs,
    users: { asked: 100, created: 100, withWorkspace: 100, deleted: 100 },
    workspaces: {
      asked: 200,
      created: 200,
      ready: 200 - failed,
      succeeded: 200 - failed,
      failed,
      deleted: 200,
    },
    builds: {
      capacity: 30,
      peakRunning: 30 - Math.floor(2 * random()),
      timeWeightedRunning: 26 + 2 * random(),
    },
    connections: {
      asked: 1000,
      held: 1000 - failed * 4,
      heldTerminal: 800 - failed * 4,
      heldSsh: 200,
      sshPath: "direct",
      verified: 1000 - failed * 4,
      lost: failed * 4,
      serverGauge: { terminal: 800 - failed * 4, ssh: 200 },
    },
    failures:
      failed === 0
        ? []
        : [
            {
              class: "agent-timeout",
              phase: "workspace-ready",
              count: failed,
              example: 'agent "main" of scaletest-41 not connected after 10m 00s',
            },
            {
              class: "connection-lost",
              phase: "held-command",
              count: failed * 4,
              example: "websocket closed with 1006 after 214 s",
            },
          ],
    histograms: PHASES_OF_A_NIGHT.flatMap((shape) => histogramsOf(shape, level, random)),
    generator: {
      ...sample.generator,
      limited: isLimited,
      reasons: isLimited ? ["slip p99 of 61 ms, more than 50 ms"] : [],
    },
    windows: windowsOf(random, isLimited),
  };
}

/** A phase's samples: their number, their median and how far they scatter. */
interface PhaseShape {
  readonly phase: Phase;
  readonly count: number;
  readonly medianMs: number;
  readonly spread: number;
}

const PHASES_OF_A_NIGHT: readonly PhaseShape[] = [
  { phase: "create-user", count: 100, medianMs: 64, spread: 0.25 },
  { phase: "create-workspace", count: 200, medianMs: 142, spread: 0.35 },
  { phase: "build-queue", count: 200, medianMs: 96_000, spread: 0.6 },
  { phase: "build", count: 200, medianMs: 41_000, spread: 0.12 },
  { phase: "agent-connect", count: 200, medianMs: 17_500, spread: 0.3 },
  { phase: "workspace-ready", count: 200, medianMs: 171_000, spread: 0.38 },
  { phase: "ssh-handshake", count: 200, medianMs: 420, spread: 0.3 },
  { phase: "terminal-first-byte", count: 1000, medianMs: 310, spread: 0.4 },
  { phase: "command", count: 200, medianMs: 35, spread: 0.5 },
  { phase: "held-command", count: 3000, medianMs: 21, spread: 0.55 },
  { phase: "api-probe", count: 1300, medianMs: 48, spread: 0.7 },
  { phase: "delete-user", count: 12, medianMs: 80, spread: 0.2 },
];

function histogramsOf(
  { phase, count, medianMs, spread }: PhaseShape,
  level: number,
  random: () => number,
): readonly PhaseHistogram[] {
  const raw = Array.from({ length: count }, () =>
    Math.round(medianMs * 1000 * level * Math.exp(spread * normal(random))),
  );
  const intended = raw.map((us) => us + Math.round(2_000 * random() ** 4));
  return [histogramOf(intended, { phase }), histogramOf(raw, { phase, basis: "raw" })];
}

const WINDOW_MS = 15_000;
const WINDOWS = 84;

/** Twenty-one minutes: workspaces are built, connections opened, held, and all of it deleted. */
function windowsOf(random: () => number, isLimited: boolean): LoadWindow[] {
  return Array.from({ length: WINDOWS }, (_, index) => {
    const share = (index + 1) / WINDOWS;
    const built = Math.min(1, share / 0.4);
    const ready = Math.round(200 * Math.max(0, built - 0.08 * (1 - built)));
    const open = Math.min(1, Math.max(0, (share - 0.4) / 0.12)) * (share > 0.9 ? 0 : 1);
    const building = built < 1 ? 30 - Math.floor(3 * random()) : 0;
    const limited = isLimited && index >= 44 && index < 53;
    return {
      startMs: index * WINDOW_MS,
      endMs: (index + 1) * WINDOW_MS,
      activity: built < 1 ? "creating" : open === 0 ? "deleting" : open < 1 ? "connecting" : "holding",
      paced: open > 0,
      queued: built < 1 ? Math.max(0, 200 - ready - building) : 0,
      building,
      ready: share > 0.9 ? Math.round(200 * Math.max(0, (1 - share) / 0.1)) : ready,
      terminal: Math.round(800 * open),
      ssh: Math.round(200 * open),
      commands: Math.round(1500 * open * (0.95 + 0.1 * random())),
      failures: 0,
      generator: {
        slipP99Ms: round(limited ? 55 + 20 * random() : 2 + 2 * random()),
        slipMaxMs: round(limited ? 90 + 40 * random() : 6 + 6 * random()),
        lagP99Ms: round(limited ? 30 + 9 * random() : 1.5 + random()),
        eventLoopUtilization: round(limited ? 0.93 : 0.2 + 0.2 * open + 0.05 * random()),
        runQueueShare: 0.01,
        limited: limited ? ["slip p99 more than 50 ms"] : [],
      },
      probe: {
        count: 15,
        errors: 0,
        p50Ms: round(45 + 20 * open + 6 * random()),
        maxMs: round(150 + 200 * random()),
      },
    };
  });
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
