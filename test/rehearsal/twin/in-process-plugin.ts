import { rmSync } from "node:fs";
import { join } from "node:path";
import { Server, ServerCredentials } from "@grpc/grpc-js";
import { providerService } from "../../../rehearsal/twin/plugin/provider.ts";
import { readService } from "../../../rehearsal/twin/plugin/read-service.ts";
import { newSocketFile } from "../../../rehearsal/twin/plugin/socket-file.ts";
import { twinSettings } from "../../../rehearsal/twin/settings.ts";
import { type ProviderName, TYPES_IN_USE } from "../../../rehearsal/twin/types-in-use.ts";
import { packageFile } from "../../../reference-architectures/package-file.ts";

const PROTOCOL = readService(packageFile("rehearsal/twin/plugin/tfplugin6.proto"), "tfplugin6.Provider");
/** Terraform's own limit of a message, for both ways. */
const ROOM = { "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 };

/**
 * Serves the twin's providers in this process for one command of Terraform, which would start each of them as a process
 * for every step. `variables` are those by which Terraform finds them.
 */
export async function servePlugins(
  env: NodeJS.ProcessEnv,
): Promise<AsyncDisposable & { readonly variables: NodeJS.ProcessEnv }> {
  const settings = twinSettings(env);
  const names = Object.keys(TYPES_IN_USE) as ProviderName[];
  const served = await Promise.all(
    names.map(async (name) => {
      const server = new Server(ROOM);
      server.addService(PROTOCOL, providerService(name, settings));
      const socket = newSocketFile();
      await new Promise<void>((resolve, reject) =>
        server.bindAsync(`unix:${socket}`, ServerCredentials.createInsecure(), (error) =>
          error === null ? resolve() : reject(error),
        ),
      );
      return { name, server, socket };
    }),
  );
  const plugins = served.map(({ name, socket }) => [
    join("registry.terraform.io/hashicorp", name),
    {
      ...{ Protocol: "grpc", ProtocolVersion: 6, Pid: process.pid, Test: true },
      Addr: { Network: "unix", String: socket },
    },
  ]);
  return {
    variables: { TF_REATTACH_PROVIDERS: JSON.stringify(Object.fromEntries(plugins)) },
    [Symbol.asyncDispose]: () => {
      for (const { server, socket } of served) {
        server.forceShutdown();
        rmSync(socket, { force: true });
      }
      return Promise.resolve();
    },
  };
}
