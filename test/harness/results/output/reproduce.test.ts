import { expect, test } from "vitest";
import {
  nightAgainCommand,
  reproduceCommands,
  reproduceNotes,
} from "../../../../harness/results/output/reproduce.ts";
import { syntheticNights } from "../../../support/results/synthetic-nights.ts";
import { officialRecord, sampleRecord } from "../sample-record.ts";
import { comparedRecord } from "../page/compared-record.ts";

test("a night is made again from its commit, with its size, version and place", () => {
  const [night] = syntheticNights({ count: 1, planted: {} });
  expect(reproduceCommands(night!)).toEqual([
    "git checkout 8190c74c4a600576aa90ad5e15efadbad72c54c9",
    "npm ci",
    "npx refbench run gke --size 100 --coder-version 2.30.4 --project acme-benchmarks --region us-central1 --zone us-central1-a --max-cost 12",
  ]);
  expect(reproduceNotes(night!)).toEqual([]);
});

test("a rehearsal is made again as fast as it was, with its overrides", () => {
  expect(reproduceCommands(sampleRecord()).at(-1)).toBe(
    "npx refbench run gke --size 1200 --set connections.total=10000 --coder-version 2.31.0 --rehearse --speed 200 --build-speed 4",
  );
});

test("a comparison is made again with both versions", () => {
  expect(reproduceCommands(comparedRecord()).at(-1)).toContain(" --compare 2.30.4,2.31.0 --pairs 2");
});

test("an account of AWS is named as one", () => {
  const [night] = syntheticNights({ count: 1, planted: {}, architecture: "eks" });
  const record = { ...night!, cloud: { ...night!.cloud!, project: "123456789012", skippedCanary: true } };
  expect(reproduceCommands(record).at(-1)).toMatch(/ --account 123456789012 .* --skip-canary --max-cost 12$/);
});

test("a manual load is reproduced against its deployment, as far as the record knows it", () => {
  const record = officialRecord({
    origin: { kind: "scaletest" },
    size: "docker",
    deployment: { url: "https://coder.example.com", id: "1", inUse: [] },
  });
  expect(reproduceCommands(record).at(-1)).toBe(
    "npx refbench scaletest create-workspaces --template docker --count 1200 --users 1200 --connections 10000 --ssh-share 0.1 --url https://coder.example.com",
  );
  expect(reproduceNotes(record)).toEqual([expect.stringContaining("not its other flags")]);
  const given = ["create-workspaces", "--template", "docker", "--run-command", "echo 'hi'"];
  const told = { ...record, deployment: { ...record.deployment!, given } };
  expect(reproduceCommands(told).at(-1)).toBe(
    String.raw`npx refbench scaletest create-workspaces --template docker --run-command 'echo '\''hi'\''' --url https://coder.example.com`,
  );
  expect(reproduceNotes(told)).toEqual([expect.stringContaining("does not contain the access")]);
});

test("no text of a record starts a separate command in the shell", () => {
  const record = officialRecord({ size: "1; rm -rf '$HOME'" });
  expect(reproduceCommands(record).at(-1)).toContain(String.raw`--size '1; rm -rf '\''$HOME'\'''`);
});

test("planted faults are written to a separate file, whatever the record calls it", () => {
  const { provenance } = sampleRecord();
  const rehearsal = { ...provenance.rehearsal!, faults: "/etc/passwd", planted: { faults: [] } };
  const commands = reproduceCommands(sampleRecord({ provenance: { ...provenance, rehearsal } }));
  expect(commands.at(-2)).toBe(`printf '%s' '{"faults":[]}' > faults.json`);
  expect(commands.at(-1)).toContain(" --faults faults.json");
  expect(commands.join()).not.toContain("/etc/passwd");
});

test("a commit that nobody can check out is reported", () => {
  const { provenance } = officialRecord();
  const record = officialRecord({
    provenance: { ...provenance, refbench: { version: "0.1.0", dirty: true } },
  });
  expect(reproduceCommands(record)[0]).toBe("npm ci");
  expect(reproduceNotes(record)).toHaveLength(2);
});

test("settings that the commands cannot hold are reported", () => {
  const { provenance, cloud } = officialRecord();
  const rehearsal = { speed: 1, buildSpeed: 1, faults: "faults.json" };
  const notesOf = (overrides: Parameters<typeof officialRecord>[0]): string =>
    reproduceNotes(officialRecord(overrides)).join(" ");
  expect(notesOf({ provenance: { ...provenance, rehearsal } })).toContain("not in the record");
  expect(notesOf({ provenance: { ...provenance, rehearsal: { ...rehearsal, planted: {} } } })).toBe("");
  expect(notesOf({ conditions: ["Coder licence: given"] })).toContain("your own Coder licence");
  expect(notesOf({ cloud: { ...cloud!, endpoints: ["AWS_ENDPOINT_URL"] } })).toContain("AWS_ENDPOINT_URL");
  expect(notesOf({ simulated: true, coder: "real", coderVersion: "2.30.1" })).toContain("version 2.30.1");
});

test("a night is measured again in its own cloud, or as fast as it was rehearsed", () => {
  const [night] = syntheticNights({ count: 1, planted: {} });
  expect(nightAgainCommand(night!)).toBe(
    "refbench nightly --sizes gke/100 --coder-version 2.30.4 --project acme-benchmarks",
  );
  expect(nightAgainCommand(sampleRecord())).toBe(
    "refbench nightly --sizes gke/1200 --coder-version 2.31.0 --rehearse --speed 200 --build-speed 4",
  );
});
