import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { packageFile } from "../../../../reference-architectures/package-file.ts";
import { parseSchedule, plannedFor } from "../../../../harness/loads/request/schedule.ts";

const GOOD = `
name: one
periods: [{ name: T0, seconds: 10 }]
loads: [{ name: ssh, kind: ssh, from: T0, to: T0 }]
`;

test.each(["coder-pattern", "monday"])("the schedule %s of the documents is accepted", async (name) => {
  const text = await readFile(packageFile(`docs/examples/${name}.yaml`), "utf8");
  expect(plannedFor(parseSchedule(text, name), 10, name).loads.length).toBeGreaterThan(3);
});

test.each<[string, string, string, RegExp]>([
  ["zero length", "seconds: 10", "seconds: 0", /periods\[0\]\.seconds is 0: .+>0/],
  ["an unknown kind", "kind: ssh", "kind: vnc", /loads\[0\]\.kind is "vnc": expected .ssh. . .terminals/],
  ["a misspelt field", "from: T0", "form: T0", /loads\[0\] has the unknown field form/],
  ["a name with a dot", "name: ssh", "name: s.h", /loads\[0\]\.name is "s\.h": a name of letters/],
  ["a missing list", "periods: [{ name: T0, seconds: 10 }]", "", /periods is missing/],
  ["apps without an app", "kind: ssh", "kind: apps", /loads\[0\]\.app is missing/],
  ["what is not YAML", "name: one", "name: [", /file\.yaml is not YAML or JSON/],
])("%s is refused with its field", (_what, from, to, message) => {
  const parse = (): unknown => parseSchedule(GOOD.replace(from, to), "file.yaml");
  expect(parse).toThrow(message);
  expect(parse).toThrow(expect.objectContaining({ code: "usage" }) as Error);
});
