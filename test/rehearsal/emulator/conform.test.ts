import { expect, test } from "vitest";
import { explanationOf } from "../../conform/allowed.ts";
import { compareExchange } from "../../conform/compare.ts";
import { specOf } from "../../conform/spec.ts";

const spec = specOf({
  basePath: "/api/v2",
  paths: {
    "/things/{thing}": { get: { responses: { "200": { schema: { $ref: "#/definitions/Thing" } } } } },
  },
  definitions: {
    Thing: {
      type: "object",
      properties: { id: { type: "string" }, extra: { type: "integer" }, list: { type: "array" } },
    },
  },
});
const recorded = {
  method: "GET",
  path: "/api/v2/things/{uuid}",
  status: 200,
  response: { id: "x", list: [{ a: 1 }, "… 9 items"] },
};
const fields = (body: unknown, status = 200): string[] =>
  compareExchange(recorded, { status, body }, spec).map(({ field }) => field);

test.each([
  ["the same shape", { id: "y", list: [{ a: 2 }] }, []],
  ["a described field that the recording lacks", { id: "y", list: [], extra: 1 }, []],
  ["a missing field", { list: [] }, ["id"]],
  ["another type", { id: 1, list: [] }, ["id"]],
  ["null for a value", { id: null, list: [] }, ["id"]],
  ["a field nobody describes", { id: "y", list: [], odd: 1 }, ["odd"]],
  ["a described field of the wrong type", { id: "y", list: [], extra: "1" }, ["extra"]],
  ["a missing field inside a list", { id: "y", list: [{}] }, ["list[].a"]],
])("%s", (_what, body, expected) => {
  expect(fields(body)).toEqual(expected);
});

test("another status and a situation that was not played are differences", () => {
  expect(fields({}, 404)).toEqual(["status"]);
  expect(compareExchange(recorded, undefined, spec)[0]?.field).toBe("situation");
});

test("an error's words count, what it quotes does not", () => {
  const error = { ...recorded, status: 400, response: { message: 'Workspace "a" exists.' } };
  const words = (message: string): number =>
    compareExchange(error, { status: 400, body: { message } }, spec).length;
  expect(words('Workspace "b" exists.')).toBe(0);
  expect(words("Something else.")).toBe(1);
});

test("only what the list names is explained", () => {
  const difference = { exchange: "GET /x 200", field: "job.started_at", recorded: "string", ours: "absent" };
  expect(explanationOf(difference)).toBeDefined();
  expect(explanationOf({ ...difference, field: "job.status" })).toBeUndefined();
});
