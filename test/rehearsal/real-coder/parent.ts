import { join } from "node:path";
import { startProgram } from "../../../rehearsal/real-coder/process-group.ts";

/** A process that starts a shell with a child process, prints their keeper's pid, and waits to be killed. */
const [folder = "", how = ""] = process.argv.slice(2);
const running = startProgram(
  {
    file: "/bin/sh",
    args: ["-c", "echo $$ > pid; exec sleep 600"],
    cwd: folder,
    env: { PATH: process.env["PATH"] ?? "" },
    log: join(folder, "log"),
    stopSignal: "SIGTERM",
  },
  ...(how === "watchdog" ? ([null] as const) : []),
);
process.stdout.write(`${running.identity.pid}\n`);
setInterval(() => undefined, 60_000);
