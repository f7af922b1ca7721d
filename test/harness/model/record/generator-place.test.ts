import { expect, test } from "vitest";
import { besideCoderWords, generatorNodes } from "../../../../harness/model/record/generator-place.ts";
import { coderNodes, type SharedCluster } from "../../../../harness/model/record/shared-cluster.ts";

const on = (node?: string) => ({
  place: { machine: "m", network: "n", ...(node === undefined ? {} : { node }) },
});
const others = (node: string, coder?: boolean) => ({
  ...{ node, pods: 0, cpuMillis: 0, memoryMib: 0 },
  ...(coder === undefined ? {} : { coder }),
});
const look = (when: SharedCluster["looks"][number]["when"], ...all: ReturnType<typeof others>[]) => ({
  ...{ at: "2026-11-30T12:00:00.000Z", when, others: all },
});
const cluster = (...looks: SharedCluster["looks"]): SharedCluster => ({ nodes: [], looks, problems: [] });

test("the generator's nodes are those of all its parts, each once", () => {
  expect(generatorNodes({ ...on("b"), parts: [on("c"), on("b"), on(), {}] })).toEqual(["b", "c"]);
  expect(generatorNodes(undefined)).toEqual([]);
});

test("Coder's nodes are those before and after the load; without a look at them they are not known", () => {
  const before = look("before provision", others("a", true));
  expect(coderNodes(cluster(before))).toBeUndefined();
  expect(coderNodes(cluster(look("before the load", others("a"))))).toBeUndefined();
  const around = [
    look("before the load", others("a", true), others("b", false)),
    look("after the load", others("a", false), others("b", true), others("c", false)),
  ];
  expect([...(coderNodes(cluster(before, ...around)) ?? [])]).toEqual(["a", "b"]);
});

test("a generator beside Coder is a condition that names the nodes, and one that is not known says so", () => {
  const coder = new Set(["a", "b"]);
  expect(besideCoderWords(["a", "b", "c"], coder)).toEqual(["generator: shared a, b with Coder"]);
  expect(besideCoderWords(["c"], coder)).toEqual([]);
  const unknown = ["generator: whether it shared a machine with Coder is not known"];
  expect(besideCoderWords(["c"], undefined)).toEqual(unknown);
  expect(besideCoderWords([], coder)).toEqual(unknown);
});
