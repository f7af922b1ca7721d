import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readGranted } from "../../../../harness/loads/observe/granted-places.ts";

const none = { metricsUrl: [], prometheusQuery: [] };
const io = { cwd: "/" };

test("what is not granted is listed with the flag that grants it", async () => {
  const { places, unseen } = await readGranted(none, io);
  expect(places).toEqual([]);
  expect(unseen).toContainEqual({ what: "metrics of coderd", why: "not granted: give --metrics-url" });
});

test.each([
  [{ metricsUrl: ["10.0.0.5:2112"] }, "--metrics-url must be a URL"],
  [{ metricsUrl: ["http://u:geheim@10.0.0.5/metrics"] }, "--metrics-header-file"],
  [{ prometheusQuery: ["coderd.cpu=x"] }, "give --prometheus"],
  [{ prometheus: "http://p:9090" }, "give --prometheus-query"],
  [{ prometheus: "http://p:9090", prometheusQuery: ["coderd.cpux=x"] }, "did you mean coderd.cpu?"],
  [{ prometheus: "http://p:9090", prometheusQuery: ["coderd.cpu"] }, "must be <series>=<PromQL>"],
  [{ metricsHeaderFile: "/nowhere" }, "needs a server"],
  [{ metricsUrl: ["http://a/metrics"], metricsHeaderFile: "/nowhere" }, "/nowhere"],
])("wrong flags are refused with the next step: %j", async (flags, said) => {
  const refused = readGranted({ ...none, ...flags }, io);
  await expect(refused).rejects.toThrow(said);
  await expect(refused).rejects.not.toThrow("geheim");
});

test("headers come from a file, and a line that is none is not quoted", async () => {
  const folder = mkdtempSync(join(tmpdir(), "headers-"));
  const flags = { ...none, metricsUrl: ["http://a/metrics"], metricsHeaderFile: "h" };
  writeFileSync(join(folder, "h"), "Authorization: Bearer geheim\n\n");
  const { places } = await readGranted(flags, { cwd: folder });
  expect(places[0]).toMatchObject({ headers: { authorization: "Bearer geheim" } });
  writeFileSync(join(folder, "h"), "geheim\n");
  await expect(readGranted(flags, { cwd: folder })).rejects.toThrow("line 1 is not a header");
});
