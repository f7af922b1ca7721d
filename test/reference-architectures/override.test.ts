import { expect, test } from "vitest";
import { parseOverride, parseOverrides } from "../../reference-architectures/override.ts";

test("an override is a path and the text after the first equals sign", () => {
  expect(parseOverride("command=echo a=b")).toEqual({ path: "command", value: "echo a=b" });
});

test("a value keeps its text, because a version is not a number", () => {
  expect(parseOverride("kubernetesVersion=1.30")).toEqual({ path: "kubernetesVersion", value: "1.30" });
});

test.each(["users", "=10", "users=", ""])("%j is not an override", (text) => {
  expect(() => parseOverride(text)).toThrow("expected path=value");
});

test("one text may contain several overrides, like a variable", () => {
  expect(parseOverrides(["users=10,machines.coder.nodes=2", "command=echo a,b", "users=11"])).toEqual({
    users: "11",
    "machines.coder.nodes": "2",
    command: "echo a,b",
  });
});
