import { beforeAll, expect, test } from "vitest";
import { ephemeralVariables } from "../../stacks/secrets.ts";
import { RUN, type Synthesis, synthesize } from "./synthesize.ts";

let synthesis: Synthesis;
beforeAll(async () => {
  synthesis = await synthesize();
});

test("every stack declares its ephemeral variables, with null as the default, and no others", () => {
  for (const [name, stack] of Object.entries(synthesis.stacks)) {
    expect(Object.keys(stack.variable)).toEqual(ephemeralVariables(name, RUN));
    for (const variable of Object.values(stack.variable)) {
      expect(variable).toMatchObject({ ephemeral: true, sensitive: true, default: null });
    }
  }
});

test("secrets go into write-only attributes and nowhere else", () => {
  const users = paths(synthesis.stacks).filter(([, value]) => value.includes("var.db_password"));
  expect(users.map(([path]) => path.split(".").at(-1)).sort()).toEqual(["data_wo", "password_wo"]);
});

test("without the variable there is nothing to write, so that a plain destroy works", () => {
  const secret = synthesis.resources.find(({ type }) => type === "kubernetes_secret_v1")!;
  expect(secret.attributes.data_wo).toMatch(/^\$\{var\.db_password == null \? null : /);
});

test("no output says a secret", () => {
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
