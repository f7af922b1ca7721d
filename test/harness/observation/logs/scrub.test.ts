import { expect, test } from "vitest";
import { maskChanging, scrub } from "../../../../harness/observation/logs/scrub.ts";

test.each([
  ["the login of a URL", "dial postgres://coder:hunter2@10.0.0.7:5432/coder failed", "hunter2"],
  ["a password with an @", "dial postgres://coder:p@ss@10.0.0.7:5432/coder failed", "p@ss"],
  ["a setting", "CODER_PG_PASSWORD=hunter2 is wrong", "hunter2"],
  ["a field of JSON", `{"password": "hunter2 and more", "user": "ada"}`, "and more"],
  ["a field of quoted JSON", String.raw`{\"client_secret\":\"hunter2\"}`, "hunter2"],
  ["a header", "Authorization: Bearer abc.def", "abc.def"],
  [
    "a session of Coder",
    "cookie abc; key JlrU6AApfV-8E1sFzhK9ZkN0u9s2Hq1Cd is old",
    "8E1sFzhK9ZkN0u9s2Hq1Cd",
  ],
  ["a query", "GET https://bucket/x?X-Signature=abcdef&n=1", "abcdef"],
  ["a private key", "-----BEGIN KEY-----\nMIIE\n-----END KEY-----", "MIIE"],
  ["a cut private key", "-----BEGIN KEY-----\nMIIE", "MIIE"],
  ["an address of a person", "user ada@example.com is unknown", "ada@"],
])("%s is not kept", (_what, line, secret) => {
  expect(scrub(line)).not.toContain(secret);
});

test("what explains a fault is kept", () => {
  const line = `coderd.workspaceapps.stats_collector: failed to flush: open install.sh: file does not exist`;
  expect(scrub(line)).toBe(line);
});

test("a line of another program moves no cursor and makes no second line", () => {
  expect(scrub("a\u001b[31mb\nc")).toBe("ab c");
});

test("numbers, ids and addresses of one kind of line are the same", () => {
  const one =
    "provisionerd-vm-2.runner: job d18bb01b-6eb4-4630-812d-4329765bbfee: dial tcp 127.0.0.1:5499: 17ms";
  const other =
    "provisionerd-vm-11.runner: job e671dc37-fca5-40fa-bec0-a38731a6b43d: dial tcp 10.0.0.2:80: 1.5s";
  expect(maskChanging(one)).toBe(maskChanging(other));
  expect(maskChanging("dial [fd00::1]:5432")).toBe(maskChanging("dial [fd00::2]:80"));
});
