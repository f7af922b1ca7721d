import { expect, test } from "vitest";
import { countKinds } from "../../../harness/forecast/count-kinds.ts";
import { expressionsIn } from "../../../harness/forecast/references.ts";
import { readStackGraph } from "../../../harness/forecast/stack-graph.ts";

const STACK = {
  variable: { provisioners: { type: "number", default: 0 } },
  locals: { "database-address": "${local.inner}", inner: "${a_address.db.address}", loop: "${local.loop}" },
  provider: { helm: [{ kubernetes: { host: "https://${data.b_cluster.main.host}" } }] },
  data: { b_cluster: { main: { name: "x" } } },
  resource: {
    a_address: { db: { name: "db" } },
    a_script: {
      start: { text: "echo $${a_other.name} ${upper(a_address.db.name)} a_other.name", lifecycle: {} },
    },
    a_other: { name: { count: "${var.provisioners > 0 ? 2 : 0}" }, each: { for_each: "${toset([])}" } },
    helm_release: {
      coder: {
        set: [{ value: "${local.database-address}" }],
        depends_on: ["a_other.name"],
        lifecycle: { replace_triggered_by: ["a_script.start.id"] },
        "//": { metadata: { path: "${a_other.each}" } },
      },
    },
    helm_loop: { self: { value: "${local.loop} ${helm_loop.self.id}" } },
  },
};

const afterOf = (address: string): readonly string[] | undefined =>
  readStackGraph("s", STACK).nodes.find((node) => node.address === address)?.after;

test("a block waits for what its expressions, locals, depends_on, lifecycle and provider name, and for nothing else", () => {
  expect(afterOf("helm_release.coder")).toEqual([
    "a_address.db",
    "a_other.name",
    "a_script.start",
    "data.b_cluster.main",
  ]);
  expect(afterOf("a_script.start")).toEqual(["a_address.db"]);
  expect(afterOf("helm_loop.self")).toEqual(["data.b_cluster.main"]);
  expect(afterOf("data.b_cluster.main")).toEqual([]);
});

test("an expression ends at its own brace, and an escaped one is text", () => {
  expect(expressionsIn('a ${merge({x = 1}, {y = "2"})} b $${no} ${c}')).toEqual([
    'merge({x = 1}, {y = "2"})',
    "c",
  ]);
  expect(expressionsIn("${open")).toEqual(["open"]);
});

test("a count by a variable is counted with the value that a run gives, and what only the apply decides is marked", () => {
  const kinds = (variables: Record<string, unknown>) =>
    countKinds([readStackGraph("s", STACK, variables)], "managed").find(({ kind }) => kind === "a_other");
  expect(kinds({})).toMatchObject({ total: 1, undecided: 1 });
  expect(kinds({ provisioners: 3 })).toMatchObject({ total: 3, undecided: 1 });
});

test.each([
  [3, 3],
  ["${var.n}", 4],
  ["${(var.n == 4) ? 5 : 6}", 5],
  ["${var.n != 4 ? 5 : var.n}", 4],
  ["${length(local.zones)}", undefined],
  ["${var.unknown}", undefined],
])("count %s is %s", (count, expected) => {
  const stack = { resource: { a_b: { c: { count } } } };
  expect(readStackGraph("s", stack, { n: 4 }).nodes[0]?.instances).toBe(expected);
});

test("what is not Terraform's JSON is refused with the stack's name", () => {
  expect(() => readStackGraph("gke-cloud", { resource: [] })).toThrow(/gke-cloud is not Terraform's JSON/);
});
