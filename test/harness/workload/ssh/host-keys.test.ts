import { expect, test } from "vitest";
import { knownHost } from "../../../../harness/workload/ssh/host-keys.ts";

const line = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHx1Xn6sVwQ2M0iGZl6rj0Yt2mJc0p9cS3o7d1b4aQ8E";
const blob = Buffer.from(line.split(" ")[1]!, "base64");

test("a host is known by the whole key that its machine reported, whatever comment follows it", () => {
  const known = knownHost([`  ${line.split(" ").slice(0, 2).join(" ")} root@machine`]);
  expect(known.isKnown(blob)).toBe(true);
  expect(known.isKnown(blob.subarray(0, -1))).toBe(false);
  expect(known.isKnown(Buffer.alloc(0))).toBe(false);
});

test("the server is asked for keys of the reported kinds only", () => {
  expect(knownHost([line]).algorithms).toEqual(["ssh-ed25519"]);
  expect(knownHost(["ssh-rsa AAAAB3NzaC1yc2E=", line, line]).algorithms).toEqual([
    "rsa-sha2-512",
    "rsa-sha2-256",
    "ssh-ed25519",
  ]);
});

test("reports without a key of a kind that is understood are an error that names the kinds", () => {
  for (const lines of [[], ["ssh-dss AAAA"], ["ssh-ed25519"]]) {
    expect(() => knownHost(lines)).toThrow(
      expect.objectContaining({ code: "worker", message: expect.stringContaining("ssh-ed25519, ecdsa") }),
    );
  }
});
