import type { Generalizer } from "./generalize.ts";
import { type Block, Expression } from "./hcl.ts";
import type { Blocks, Json } from "./stack-json.ts";

/** Arguments that a reader looks for first. */
const FIRST = [
  "for_each",
  "count",
  "provider",
  "name",
  "account_id",
  "secret_id",
  "identifier",
  "node_group_name",
];
const REFERENCES: ReadonlySet<string> = new Set(["depends_on", "ignore_changes", "replace_triggered_by"]);

/** Returns a block of the synthesized JSON. `inner` names its nested blocks. */
export function blockOf(head: string, body: Json, inner: Blocks, general: Generalizer): Block {
  const entries = Object.entries(body).filter(([name, value]) => name !== "//" && !isEmptyList(name, value));
  const isBlock = (name: string): boolean => name === "lifecycle" || inner[name] !== undefined;
  const last = entries.filter(([name]) => name === "depends_on");
  const args = entries.filter(([name]) => !isBlock(name) && name !== "depends_on");
  const rank = (name: string): number => (FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length);
  const blocks = entries.filter(([name]) => isBlock(name));
  return {
    head,
    args: args.toSorted(([one], [other]) => rank(one) - rank(other)).map((each) => argumentOf(each, general)),
    blocks: [...blocks.filter(([name]) => !isLate(name)), ...blocks.filter(([name]) => isLate(name))].flatMap(
      ([name, value]) =>
        (Array.isArray(value) ? (value as Json[]) : [value as Json]).map((each) =>
          isExclusion(name, each) ? exclusion() : blockOf(name, each, inner[name] ?? {}, general),
        ),
    ),
    last: last.map((each) => argumentOf(each, general)),
  };
}

function isLate(name: string): boolean {
  return name === "timeouts" || name === "lifecycle";
}

function isEmptyList(name: string, value: unknown): boolean {
  return name === "depends_on" && Array.isArray(value) && value.length === 0;
}

/** Returns an argument of the synthesized JSON. */
export function argumentOf(
  [name, value]: readonly [string, unknown],
  general: Generalizer,
): readonly [string, unknown] {
  if (!REFERENCES.has(name)) return [name, general.value(value, name)];
  return [name, (value as readonly string[]).map((each) => new Expression(general.text(each)))];
}

/** A run keeps upgrades out of its measurement. An environment that stays has no such time. */
function isExclusion(name: string, { exclusion_name: exclusionName }: Json): boolean {
  return name === "maintenance_exclusion" && exclusionName === "refbench-run";
}

function exclusion(): Block {
  const times = ["start_time", "end_time"].map(
    (name) => [name, new Expression(`maintenance_exclusion.value.${name}`)] as const,
  );
  return {
    head: 'dynamic "maintenance_exclusion"',
    args: [["for_each", new Expression("var.no_upgrades[*]")]],
    blocks: [
      {
        head: "content",
        args: [["exclusion_name", "no-upgrades"], ...times],
        blocks: [{ head: "exclusion_options", args: [["scope", "NO_UPGRADES"]], blocks: [] }],
      },
    ],
  };
}
