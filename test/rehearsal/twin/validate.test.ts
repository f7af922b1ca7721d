import { expect, test } from "vitest";
import type { Constraint } from "../../../rehearsal/twin/constraints/constraint.ts";
import { refusals } from "../../../rehearsal/twin/plugin/validate.ts";
import { UNKNOWN, type Values } from "../../../rehearsal/twin/values/value.ts";

const demand = (rule: Constraint["rule"], at: string, ...paths: string[]): Constraint => ({
  rule,
  at,
  paths,
});

const CASES: readonly [string, Constraint, Values, string | undefined][] = [
  [
    "a version without its value",
    demand("requiredWith", "v", "wo"),
    { v: 1, wo: null },
    "all of `v,wo` must be",
  ],
  ["a version with its value", demand("requiredWith", "v", "wo"), { v: 1, wo: "x" }, undefined],
  ["a version with a value to come", demand("requiredWith", "v", "wo"), { v: 1, wo: UNKNOWN }, undefined],
  ["neither", demand("requiredWith", "v", "wo"), { v: null, wo: null }, undefined],
  ["two that exclude each other", demand("conflictsWith", "a", "b"), { a: "x", b: "y" }, "conflicts with b"],
  ["one and one to come", demand("conflictsWith", "a", "b"), { a: "x", b: UNKNOWN }, undefined],
  ["a block that is not written", demand("conflictsWith", "a", "b"), { a: "x", b: [] }, undefined],
  ["none of which one must be", demand("exactlyOneOf", "a", "b"), { a: null, b: [] }, "one of `a,b` must be"],
  [
    "both of which one must be",
    demand("exactlyOneOf", "a", "b"),
    { a: "x", b: [{}] },
    "only one of `a,b` can",
  ],
  ["one to come of which one must be", demand("exactlyOneOf", "a", "b"), { a: null, b: UNKNOWN }, undefined],
  [
    "none of which some must be",
    demand("atLeastOneOf", "a", "b"),
    { a: null, b: null },
    "one of `a,b` must be",
  ],
  ["both of which some must be", demand("atLeastOneOf", "a", "b"), { a: "x", b: "y" }, undefined],
  [
    "none in a block that is written",
    demand("exactlyOneOf", "c.0.a", "c.0.b"),
    { c: [{ a: null, b: null }] },
    "must be",
  ],
  ["none in a block that is not", demand("exactlyOneOf", "c.0.a", "c.0.b"), { c: [] }, undefined],
];

test.each(CASES)("%s", (_, constraint, config, refusal) => {
  const said = refusals([constraint], config);
  if (refusal === undefined) expect(said).toEqual([]);
  else expect(said).toEqual([expect.stringContaining(refusal)]);
});

test.each([
  [{ wo: "x", v: null, plain: "y" }, ["all of `v,wo` must be specified"]],
  [{ wo: "x", v: 1, plain: "y" }, ["conflicts with plain"]],
])("one reason is reported for an attribute, a missing partner before a conflict: %j", (config, reasons) => {
  const said = refusals([demand("conflictsWith", "wo", "plain"), demand("requiredWith", "wo", "v")], config);
  expect(said).toEqual(reasons.map((reason): unknown => expect.stringContaining(reason)));
});
