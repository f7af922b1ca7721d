import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { getSession } from "../../../../harness/composition/settings/session.ts";

/** A machine whose user did `coder login <url>`. */
async function loggedInto(url: string) {
  const cwd = await mkdtemp(join(tmpdir(), "refbench-session-"));
  await mkdir(cwd, { recursive: true });
  await writeFile(join(cwd, "session"), "TOKEN");
  await writeFile(join(cwd, "url"), url);
  return { cwd, env: { CODER_CONFIG_DIR: cwd } };
}

describe("the login of this machine", () => {
  test.each([
    ["https://coder.example.com", "https://coder.example.com/"],
    ["https://coder.example.com", "https://coder.example.com:443"],
    ["http://localhost:7080", "http://localhost:7080/some/path"],
  ])("for %s is used for %s", async (login, url) => {
    await expect(getSession({ url }, await loggedInto(login))).resolves.toMatchObject({ token: "TOKEN" });
  });

  test.each([
    ["http://localhost:7080", "http://127.0.0.9:18081"],
    ["http://localhost:7080", "http://localhost:7081"],
    ["http://localhost:7080", "https://localhost:7080"],
    ["https://127.0.0.9", "http://127.0.0.9:18081"],
    ["https://coder.example.com", "http://coder.example.com"],
    ["https://coder.example.com", "https://coder.example.com.evil.test"],
    ["not a url", "not a url"],
  ])("for %s is not sent to %s", async (login, url) => {
    await expect(getSession({ url }, await loggedInto(login))).rejects.toMatchObject({ code: "usage" });
  });

  test("for a forwarded port is used for another forwarded port of a known deployment only", async () => {
    const machine = await loggedInto("http://localhost:7080");
    const forwardsTo = "http://10.0.0.7";
    const ask = (url: string) => getSession({ url, forwardsTo }, machine);
    await expect(ask("http://127.0.0.1:9999")).resolves.toMatchObject({ token: "TOKEN" });
    await expect(ask(forwardsTo)).rejects.toMatchObject({ code: "usage" });
    await expect(ask("http://10.0.0.8")).rejects.toMatchObject({ code: "usage" });
  });
});
