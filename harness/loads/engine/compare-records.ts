import type { RunRecord } from "../../model/record/record.ts";
import type { Phase } from "../../model/record/worker-result.ts";
import { type RunFigure, figuresOf } from "../../results/compare/figures.ts";

/** One figure that has the same meaning for both engines. */
export interface EngineFigure {
  readonly name: string;
  readonly unit: RunFigure["unit"];
  /** Absent if the engine has none. */
  readonly refbench?: number;
  readonly coder?: number;
}

/** The same load made by refbench and by Coder's own utility, one after the other. */
export interface EngineComparison {
  readonly runs: Readonly<Record<"refbench" | "coder", { readonly runId: string; readonly verdict: string }>>;
  /** Whether the deployment was an emulator. */
  readonly simulated: boolean;
  readonly coderVersion: string;
  readonly figures: readonly EngineFigure[];
  readonly notComparable: readonly string[];
}

/** Phases that are measured in the same way: by the server's clock, by refbench's own deletes, by its API probe. */
const SAME_METHOD: ReadonlySet<Phase> = new Set<Phase>([
  "build-queue",
  "build",
  "build-init",
  "build-plan",
  "build-graph",
  "build-apply",
  "agent-connect",
  "agent-ready",
  "delete-workspace",
  "api-probe",
]);

/** Compares the figures of both records; each needs measurements. */
export function compareRecords(refbench: RunRecord, coder: RunRecord): EngineComparison {
  const choice = { phases: SAME_METHOD, basis: "raw" } as const;
  const [ours, theirs] = [figuresOf(refbench.measurements, choice), figuresOf(coder.measurements, choice)];
  const names = [...new Set([...ours.keys(), ...theirs.keys()])];
  return {
    runs: {
      refbench: { runId: refbench.runId, verdict: refbench.verdict },
      coder: { runId: coder.runId, verdict: coder.verdict },
    },
    simulated: refbench.simulated,
    coderVersion: coder.measurements?.engine?.version ?? "unknown",
    figures: names.map((name) => {
      const [one, other] = [ours.get(name), theirs.get(name)];
      return {
        name,
        unit: one?.unit ?? other?.unit ?? "count",
        ...(one === undefined ? {} : { refbench: one.value }),
        ...(other === undefined ? {} : { coder: other.value }),
      };
    }),
    notComparable: coder.measurements?.engine?.notComparable ?? [],
  };
}
