// The worker. Without arguments it runs one task over stdin and stdout. At a place that hosts tasks, `host <folder>`
// runs a task that outlives the connection, and `attach <folder> --from <n>` starts it and passes on its events. In a
// pod, `serve <folder of tasks> --for <ms>` keeps the pod while there is a task, and `receive <folder> --bytes <n>`
// brings it. `observe` is a child of a worker that observes the deployment during its load.
// An SSH session keeps a few bytes for a long time, such as its cipher's tag, and with them the slab from
// which they were cut. So slabs must be small.
Buffer.poolSize = 1_024;

const [mode, folder, flag, text = ""] = process.argv.slice(2);
const number = /^\d+$/.test(text) ? Number(text) : undefined;
// Each mode loads only what it needs: several of them run at once beside the load.
if (mode === undefined) {
  const { runOverStdio } = await import("./tasks/worker-over-stdio.ts");
  runOverStdio();
} else if (mode === "observe") {
  const { observeOverStdio } = await import("./observing/observe-over-stdio.ts");
  observeOverStdio();
} else if (mode === "host" && folder !== undefined) {
  const { hostTask } = await import("./remote/host.ts");
  await hostTask(folder);
} else if (mode === "attach" && folder !== undefined && flag === "--from" && number !== undefined) {
  const { attachToTask } = await import("./remote/attach.ts");
  await attachToTask(folder, number).then(() => process.exit());
} else if (mode === "serve" && folder !== undefined && flag === "--for" && number !== undefined) {
  const { servePod } = await import("./pods/serve.ts");
  process.exit(await servePod(folder, number));
} else if (mode === "receive" && folder !== undefined && flag === "--bytes" && number !== undefined) {
  const { receiveTask } = await import("./pods/receive.ts");
  await receiveTask(folder, number).then(() => process.exit());
} else {
  process.stderr.write(
    "usage: worker [observe | host <folder> | attach <folder> --from <number> | serve <folder> --for <ms> | receive <folder> --bytes <number>]\n",
  );
  process.exitCode = 2;
}
