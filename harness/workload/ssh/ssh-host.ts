import type { ClientChannel } from "ssh2";
import type { RunnerAccess } from "../../model/ports/runner.ts";
import { type AttachProgram, attachmentOf, describeEnd, lastWords } from "../remote/attachment.ts";
import { OutOfReach } from "../remote/out-of-reach.ts";
import type { TaskHost } from "../remote/task-host.ts";
import { connectRunner, type RunnerConnection } from "./connection.ts";
import { attachCommand, type RemoteJob } from "./job.ts";
import { openFiles } from "./remote-files.ts";
import { uploadProgram, uploadTask } from "./upload.ts";

/** After a channel ends without an exit code, the reason of the lost connection is more useful. */
const LOSS_MS = 2000;

/** A load runner that hosts a task, over SSH through the cloud's tunnel. */
export function sshHost(access: RunnerAccess, job: RemoteJob): TaskHost {
  return {
    name: access.name,
    connect: async (signal) => {
      const connection = await connectRunner(access, signal);
      return {
        bringProgram: async () => uploadProgram(await openFiles(connection), job),
        bringTask: async () => uploadTask(await openFiles(connection), job),
        attach: async (from) => attachmentOf(await runAttach(connection, attachCommand(job, from))),
        drop: connection.drop,
        [Symbol.dispose]: () => connection[Symbol.dispose](),
      };
    },
  };
}

async function runAttach({ client, whileUp }: RunnerConnection, command: string): Promise<AttachProgram> {
  const channel = await whileUp(
    new Promise<ClientChannel>((resolve, reject) => {
      client.exec(command, (error, opened) => {
        if (error === undefined) resolve(opened);
        else reject(new OutOfReach(error.message, { cause: error }));
      });
    }),
  );
  const words = lastWords(channel.stderr);
  let code: number | undefined;
  channel.on("exit", (exitCode: number | null) => (code = exitCode ?? undefined));
  const ended = new Promise<never>((_, reject) => {
    channel.on("close", () => {
      const end = (): void => reject(new OutOfReach(describeEnd(code, words())));
      // Without an exit code the whole connection is about to be lost.
      if (code === undefined) setTimeout(end, LOSS_MS).unref();
      else end();
    });
  });
  return { stdin: channel, stdout: channel, ended: whileUp(ended) };
}
