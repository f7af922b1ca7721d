import type { RunRecord } from "../../model/record/record.ts";
import { atMost, notNegative, type Rule, same, checkShare, sum } from "./rule.ts";

const at = (instant: string): number => Date.parse(instant);

export const timesGoForward: Rule<RunRecord> = {
  name: "times-go-forward",
  check: ({ startedAt, finishedAt, stages, teardown }) => [
    finishedAt === undefined ? undefined : inOrder("the run", startedAt, finishedAt),
    ...stages.flatMap((stage) => [
      inOrder(`stage ${stage.stage}`, stage.startedAt, stage.finishedAt),
      at(stage.startedAt) < at(startedAt)
        ? `stage ${stage.stage} began before the run, ${stage.startedAt}`
        : undefined,
      finishedAt !== undefined && at(stage.finishedAt) > at(finishedAt)
        ? `stage ${stage.stage} ended after the run, ${stage.finishedAt}`
        : undefined,
    ]),
    teardown.state !== "pending" &&
    finishedAt !== undefined &&
    at(teardown.finishedAt) > at(finishedAt) + 1000
      ? `the teardown ended after the run, ${teardown.finishedAt}`
      : undefined,
  ],
};

function inOrder(what: string, from: string, to: string): string | undefined {
  return at(from) <= at(to) ? undefined : `${what} ended ${to}, before its begin ${from}`;
}

export const teardownIsConsistent: Rule<RunRecord> = {
  name: "teardown-is-consistent",
  check: ({ teardown }) => {
    if (teardown.state === "clean" && teardown.left.length > 0)
      return [`the teardown is clean, and ${teardown.left.length} are left`];
    return teardown.state === "leaked" && teardown.left.length === 0
      ? ["the teardown leaked, and nothing is left"]
      : [];
  },
};

/** What others request fits on the nodes: the scheduler places no more than a node can allocate. */
export const othersFitTheNodes: Rule<RunRecord> = {
  name: "others-fit-the-nodes",
  check: ({ sharedCluster }) => {
    if (sharedCluster === undefined) return [];
    const nodes = new Map(sharedCluster.nodes.map((node) => [node.name, node]));
    return sharedCluster.looks.flatMap(({ when, others }) =>
      others.flatMap(({ node, pods, cpuMillis, memoryMib }) => {
        const found = nodes.get(node);
        // Nodes may come and go between two looks.
        if (found === undefined) return [];
        const where = `on ${node} ${when}`;
        return [
          atMost([`CPU of others ${where}`, cpuMillis], ["what it can allocate", found.cpuMillis], pods),
          atMost([`memory of others ${where}`, memoryMib], ["what it can allocate", found.memoryMib], pods),
          pods === 0
            ? same([`requests without a pod ${where}`, cpuMillis + memoryMib], ["nothing", 0])
            : undefined,
        ];
      }),
    );
  },
};

/** Half a cent, plus the rounding error of a sum. */
const CENT = 0.006;

export const costAddsUp: Rule<RunRecord> = {
  name: "cost-adds-up",
  check: ({ cost }) => {
    if (cost === undefined) return [];
    const { items, hours, total, perHour, teardownReserve } = cost.estimate;
    const hourly = items.filter(({ per }) => per === "hour");
    const rounding = CENT * Math.max(1, items.length);
    return [
      same(
        ["the estimate's total, USD,", total],
        ["its items together", sum(items.map(({ amount }) => amount))],
        rounding,
      ),
      same(
        ["the estimate's rate, USD an hour,", perHour],
        ["its items together", sum(hourly.map(({ quantity, rate }) => quantity * rate))],
        Math.max(rounding, perHour * 0.02),
      ),
      atMost(
        ["the estimate's reserve for the teardown, USD,", teardownReserve],
        ["its rate for all hours", perHour * hours],
        rounding,
      ),
      ...items.map(({ what, quantity, rate, per, amount }) => {
        const computed = quantity * rate * (per === "hour" ? hours : 1);
        return same(
          [`${what}, USD,`, amount],
          ["quantity × rate × time", computed],
          Math.max(CENT, computed * 0.05),
        );
      }),
    ];
  },
};

export const objectivesAreShares: Rule<RunRecord> = {
  name: "objectives-are-possible",
  check: ({ objectives }) =>
    objectives.flatMap(({ name, unit, threshold, value }) => [
      unit === "share"
        ? checkShare([`the threshold of ${name}`, threshold])
        : notNegative([`the threshold of ${name}`, threshold]),
      value === undefined ? undefined : notNegative([`the value of ${name}`, value]),
    ]),
};
