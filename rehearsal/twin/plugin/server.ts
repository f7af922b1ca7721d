import { rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { Server, ServerCredentials, type UntypedServiceImplementation } from "@grpc/grpc-js";
import { selfSignedCertificate } from "./certificate.ts";
import { readService } from "./read-service.ts";
import { newSocketFile } from "./socket-file.ts";

const MAGIC_COOKIE = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";
/** A killed Terraform sends no Shutdown: the plugin looks for its parent this often. */
const PARENT_POLL_MS = 250;

export interface ServeOptions {
  /** Folder of the .proto files, which is not the bundle's folder. */
  readonly protos: string;
  readonly provider: UntypedServiceImplementation;
}

/** Serves Terraform as go-plugin requires: one handshake line on stdout, mutual TLS, answer Shutdown and exit. */
export function serve({ protos, provider }: ServeOptions): void {
  const clientCertificate = process.env["PLUGIN_CLIENT_CERT"];
  if (process.env["TF_PLUGIN_MAGIC_COOKIE"] !== MAGIC_COOKIE || clientCertificate === undefined) {
    process.stderr.write("this is a Terraform provider: terraform starts it, nobody else\n");
    process.exit(1);
  }
  const { der, pem, keyPem } = selfSignedCertificate();
  // Room for the whole of a large plan: gRPC's own limit is 4 MiB.
  const server = new Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
  server.addService(readService(join(protos, "tfplugin6.proto"), "tfplugin6.Provider"), provider);
  const socket = newSocketFile();
  const leave = (): never => {
    rmSync(socket, { force: true });
    process.exit(0);
  };
  server.addService(readService(join(protos, "controller.proto"), "plugin.GRPCController"), {
    Shutdown: (_call: unknown, answer: (error: null, response: object) => void) => {
      answer(null, {});
      setTimeout(leave, 20);
    },
  });
  // Ctrl-C reaches the whole process group; Terraform then sends StopProvider and Shutdown.
  process.on("SIGINT", () => undefined);
  const parent = process.ppid;
  setInterval(() => process.ppid === parent || leave(), PARENT_POLL_MS).unref();
  const credentials = ServerCredentials.createSsl(
    Buffer.from(clientCertificate),
    [{ private_key: Buffer.from(keyPem), cert_chain: Buffer.from(pem) }],
    true,
  );
  server.bindAsync(`unix:${socket}`, credentials, (error) => {
    if (error !== null) throw error;
    const certificate = der.toString("base64").replaceAll("=", "");
    writeSync(1, `1|6|unix|${socket}|grpc|${certificate}\n`);
  });
}
