import { execFile } from "node:child_process";
import { expect, test } from "vitest";

const TUNNEL = new URL("../../../../harness/workload/ssh/tunnel.ts", import.meta.url).href;

/** Opens files until the limit is reached, asks for a tunnel, and prints the outcome once every event had its turn. */
const WITHOUT_FILES = `
import { closeSync, openSync } from "node:fs";
import { openTunnel } from "${TUNNEL}";
const files = [];
try { for (;;) files.push(openSync("/dev/null")); } catch {}
let said = "opened";
try { openTunnel({ command: process.execPath, args: ["-v"], env: {} }); } catch (error) { said = error.name + ": " + error.message; }
setTimeout(() => { files.forEach(closeSync); console.log(said); }, 50);
`;

test("a tunnel for which no file can be opened is out of reach, in words, and no event of it ends the process", async () => {
  const node = [process.execPath, "--import", import.meta.resolve("tsx"), "--input-type=module", "-e"];
  const said = await new Promise<string>((resolve) =>
    execFile("sh", ["-c", 'ulimit -n 60; exec "$@"', "sh", ...node, WITHOUT_FILES], (error, stdout, stderr) =>
      resolve(error === null ? stdout : stderr),
    ),
  );
  expect(said).toMatch(
    /^OutOfReach: .*ran out of open files.*the tunnel cannot be started; raise "ulimit -n"/,
  );
});
