import { expect, test } from "vitest";
import { findCoderUtility } from "../../../../harness/workload/coder-engine/find-utility.ts";
import { type FakeBinaryOptions, writeFakeBinary } from "../../../support/coder/fake-coder-binary.ts";

const { signal } = new AbortController();

async function find(options: FakeBinaryOptions) {
  await using binary = await writeFakeBinary(options);
  return await findCoderUtility(binary.path, { env: process.env, signal });
}

test("the utility is found under the subcommand that the binary itself names", async () => {
  for (const words of [["exp", "scaletest"], ["scaletest"], ["loadtest"]])
    expect(await find({ words }), words.join(" ")).toMatchObject({ version: "v2.31.0", words });
});

test("a binary that shows its parent's help for what it does not know is not believed", async () => {
  expect(await find({ words: ["scaletest"], showsParentsHelp: true })).toMatchObject({
    words: ["scaletest"],
  });
});

test("flags are those that help lists, not those that its sentences mention", async () => {
  const { createFlags, trafficFlags } = await find({ without: ["max-failures"] });
  expect(createFlags.has("count")).toBe(true);
  expect(createFlags.has("run-expect-output")).toBe(true);
  expect(createFlags.has("max-failures")).toBe(false);
  expect(createFlags.has("other-flag")).toBe(false);
  expect(trafficFlags?.has("bytes-per-tick")).toBe(true);
});

test("a utility that takes a file of JSON, one that reports nothing and none at all are refused with the next step", async () => {
  await expect(find({ isFirst: true })).rejects.toThrow(
    /takes a JSON file and has no subcommands; expected .*--engine refbench/,
  );
  await expect(find({ without: ["output"] })).rejects.toThrow(/writes no report .*expected a newer coder/);
  await expect(find({ words: ["elsewhere"] })).rejects.toThrow(
    /has none of .*"coder exp scaletest create-workspaces"/,
  );
});

test("a program that is not Coder's command line is refused by its path", async () => {
  const options = { env: process.env, signal };
  await expect(findCoderUtility("/nonexistent/coder", options)).rejects.toMatchObject({
    code: "usage",
    message: expect.stringContaining("/nonexistent/coder cannot be run (ENOENT)") as string,
  });
  await expect(findCoderUtility("/bin/true", options)).rejects.toThrow(/does not report a version of Coder/);
});
