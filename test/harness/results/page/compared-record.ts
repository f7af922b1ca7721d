import type { RunRecord } from "../../../../harness/model/record/record.ts";
import { officialRecord } from "../sample-record.ts";

/** The record of two versions beside each other: one figure that differs, one that does not, one with too few pairs. */
export function comparedRecord(): RunRecord {
  return officialRecord({
    runId: "01kf3zq8v1a2b3c4d5e6f7g8hc",
    origin: { kind: "comparison" },
    comparison: {
      baseline: { asked: "stable", version: "2.30.4" },
      candidate: { asked: "mainline", version: "2.31.0" },
      order: ["b", "c", "c", "b"],
      figures: [
        {
          metric: "phases.workspace-ready.p95",
          description: "workspace ready, p95, ms",
          pairs: [
            { baseline: 101, candidate: 107 },
            { baseline: 99, candidate: 104 },
          ],
          difference: 0.052,
          interval: [0.021, 0.083],
          confidence: 0.95,
          conclusion: "different",
        },
        {
          metric: "phases.command.p95",
          description: "command, p95, ms",
          pairs: [{ baseline: 33, candidate: 33 }],
          difference: 0.004,
          interval: [-0.03, 0.037],
          confidence: 0.95,
          conclusion: "no-difference-seen",
        },
        {
          metric: "builds.timeWeightedRunning",
          description: "builds running over time",
          pairs: [],
          confidence: 0.95,
          conclusion: "too-few-pairs",
        },
      ],
    },
  });
}
