import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** `coder ssh --stdio` over the emulator's tunnel: plain JavaScript, since it starts for every session. */
const PROGRAM = String.raw`
import { appendFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createWebSocketStream, WebSocket } from WS;
const args = process.argv.slice(2);
if (args[0] === "version") {
  console.log('{"version":"v2.31.0"}');
  process.exit(0);
}
appendFileSync(LOG, JSON.stringify({ args, url: process.env.CODER_URL, header: process.env.CODER_HEADER, env: Object.keys(process.env) }) + "\n");
const token = process.env.CODER_SESSION_TOKEN;
const [owner, name] = args.at(-1).replace(/\.main$/, "").split("/");
if (REFUSES.includes(name)) {
  console.error("You are signed out with " + token);
  process.exit(1);
}
const headers = { "coder-session-token": token };
const { workspaces } = await (await fetch(process.env.CODER_URL + "/api/v2/workspaces", { headers })).json();
const found = workspaces.find((one) => one.name === name && one.owner_name === owner);
const agent = found.latest_build.resources.flatMap(({ agents = [] }) => agents)[0].id;
const url = process.env.CODER_URL.replace("http", "ws") + "/api/v2/workspaceagents/" + agent + "/refbench-ssh";
const stream = createWebSocketStream(new WebSocket(url, { headers }));
writeFileSync(join(args[args.indexOf("--network-info-dir") + 1], process.ppid + ".json"), '{"p2p":true}');
process.stdin.pipe(stream).pipe(process.stdout);
stream.on("close", () => process.exit(0)).on("error", () => process.exit(1));
`;

/** A `coder` program of this machine for an emulated Coder, and its calls. */
export function fakeCoderCli(refuses: readonly string[] = []) {
  const folder = mkdtempSync(join(tmpdir(), "fake-coder-"));
  const [binary, script, log] = ["coder", "coder.mjs", "calls"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const text = PROGRAM.replace(
    "WS",
    JSON.stringify(import.meta.resolve("ws").replace(/index\.js$/, "wrapper.mjs")),
  )
    .replace("LOG", JSON.stringify(log))
    .replace("REFUSES", JSON.stringify(refuses));
  writeFileSync(script, text);
  writeFileSync(log, "");
  // As the real one, it trusts what SSL_CERT_FILE holds.
  const program = `#!/bin/sh\nNODE_EXTRA_CA_CERTS="$SSL_CERT_FILE" exec ${process.execPath} ${script} "$@"\n`;
  writeFileSync(binary, program, { mode: 0o755 });
  return {
    binary,
    /** Its content, for a deployment that offers it. */
    program,
    calls: () =>
      readFileSync(log, "utf8")
        .trim()
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line) as { args: string[]; url: string; header?: string; env: string[] }),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}
