import { beforeAll, expect, test } from "vitest";
import { ephemeralVariables, UNSET_SECRET } from "../../stacks/secrets.ts";
import { RUN, type Synthesis, synthesize } from "./synthesize.ts";

let synthesis: Synthesis;
beforeAll(async () => {
  synthesis = await synthesize();
});

test("every stack declares its ephemeral variables, each with a placeholder that only a destroy accepts, and no others", () => {
  for (const [name, stack] of Object.entries(synthesis.stacks)) {
    expect(Object.keys(stack.variable)).toEqual(ephemeralVariables(name, RUN));
    for (const variable of Object.values(stack.variable)) {
      expect(variable).toMatchObject({ ephemeral: true, sensitive: true, default: UNSET_SECRET });
      expect(JSON.stringify(variable)).toContain("!terraform.applying || ");
    }
  }
});

test("secrets are in write-only attributes only", () => {
  const resources = Object.values(synthesis.stacks).map((stack) => ({ ...stack, variable: {} }));
  const users = paths(resources).filter(([, value]) => value.includes("var.db_password"));
  expect(users.map(([path]) => /[a-z_]+_wo\b/.exec(path)?.[0]).sort()).toEqual(["data_wo", "password_wo"]);
});

test("no output contains a secret", () => {
  for (const stack of Object.values(synthesis.stacks)) {
    expect(JSON.stringify(stack.output)).not.toMatch(/password|secret|token|var\./i);
  }
});

/** Every text in a tree, with where it is. */
function paths(tree: unknown, path = ""): [string, string][] {
  if (typeof tree === "string") return [[path, tree]];
  if (typeof tree !== "object" || tree === null) return [];
  return Object.entries(tree).flatMap(([key, value]) => paths(value, `${path}.${key}`));
}
