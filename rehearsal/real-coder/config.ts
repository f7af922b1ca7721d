import { z } from "zod";
import { emulatorConfig } from "../emulator/config.ts";

/** Source of a rehearsal's Postgres: an existing database, or programs that are started here. */
export const postgresSource = z.union([
  /** An empty database of the user's. */
  z.object({ url: z.string() }),
  /** None: why. */
  z.object({ missing: z.string() }),
  /** Programs found on this machine. */
  z.object({
    initdb: z.string(),
    postgres: z.string(),
    /** Folder to copy when the user that the programs run as may not enter theirs; absent = they are the system's. */
    packaged: z.string().optional(),
  }),
]);
export type PostgresSource = z.infer<typeof postgresSource>;

/** The needs of a rehearsal on a real Coder server on this machine, found before anything is created. */
export const realCoder = z.object({
  /** The `coder` program, absolute. */
  binary: z.string(),
  postgres: postgresSource,
  /** Terraform's CLI configuration for workspace builds, where the user names one. */
  terraformCliConfig: z.string().optional(),
  /** Folder of a filesystem mirror with the provider `coder/coder`, instead of the registry. */
  providerMirror: z.string().optional(),
});
export type RealCoder = z.infer<typeof realCoder>;

/** One real Coder deployment of the twin: written from the Helm values, read by the process that carries it. */
export const realCoderConfig = emulatorConfig
  .pick({ schemaVersion: true, host: true, port: true, replicas: true, env: true })
  .extend({
    /** Folder for everything that the deployment writes. */
    folder: z.string(),
    coder: realCoder,
    inventory: emulatorConfig.shape.inventory.unwrap(),
  });
export type RealCoderConfig = z.infer<typeof realCoderConfig>;
