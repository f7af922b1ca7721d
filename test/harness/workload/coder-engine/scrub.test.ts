import { expect, test } from "vitest";
import { scrub } from "../../../../harness/workload/coder-engine/scrub.ts";

const SECRET = "brKRfIYh9NBZ9g6Z";

test("passwords and tokens are taken out of JSON however often it was put into another text", () => {
  let text = JSON.stringify({
    username: "scaletest-a-0",
    password: SECRET,
    session_token: SECRET,
    login_type: "x",
  });
  for (let depth = 0; depth < 4; depth++) {
    const scrubbed = scrub(text);
    expect(scrubbed).not.toContain(SECRET);
    expect(scrubbed).toContain("scaletest-a-0");
    expect(scrubbed).toContain("login_type");
    text = JSON.stringify({ body: text });
  }
});

test("a secret that contains quotes and backslashes is removed whole", () => {
  const password = String.raw`a"b\c` + SECRET;
  for (const text of [
    JSON.stringify({ password }),
    JSON.stringify(JSON.stringify({ password, next: "stays" })),
  ])
    expect(scrub(text)).not.toContain(SECRET);
});

test("plain lines, cookies, headers, queries and Coder's keys are scrubbed too", () => {
  const key = "8rN8BKfHLH-0rrRAuvNxZsUChyCmZECCa";
  for (const text of [
    `Password: ${SECRET}`,
    `Coder-Session-Token: ${SECRET}`,
    `cookie: coder_session_token=${SECRET}; path=/`,
    `GET /api/v2/x?coder_session_token=${SECRET}&y=1`,
    `Authorization: Bearer ${SECRET}`,
    `token ${key} was refused`,
  ]) {
    expect(scrub(text)).not.toContain(SECRET);
    expect(scrub(text)).not.toContain(key);
  }
});

test("known secrets are removed everywhere, and other text is unchanged", () => {
  expect(scrub("proxy said hush-hush to us", ["hush-hush", ""])).toBe("proxy said *** to us");
  const harmless = 'Generating user password...\n\tPassword: ****************\nbuild "failed": exit status 1';
  expect(scrub(harmless)).toBe(harmless);
});
