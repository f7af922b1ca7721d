import { attachToTask } from "./remote/attach.ts";
import { hostTask } from "./remote/host.ts";
import { runOverStdio } from "./tasks/worker-over-stdio.ts";

// The worker. Without arguments it runs one task over stdin and stdout. On a load runner, `host <folder>`
// runs a task that outlives the connection, and `attach <folder> --from <n>` starts it and passes on its
// events.
// An SSH session keeps a few bytes for a long time, such as its cipher's tag, and with them the slab from
// which they were cut. So slabs must be small.
Buffer.poolSize = 1_024;

const [mode, folder, flag, from] = process.argv.slice(2);
if (mode === undefined) runOverStdio();
else if (mode === "host" && folder !== undefined) await hostTask(folder);
else if (mode === "attach" && folder !== undefined && flag === "--from" && /^\d+$/.test(from ?? ""))
  await attachToTask(folder, Number(from)).then(() => process.exit());
else {
  process.stderr.write("usage: worker [host <folder> | attach <folder> --from <number>]\n");
  process.exitCode = 2;
}
