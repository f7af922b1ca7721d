import { z } from "zod";

/**
 * Configuration of one emulated Coder deployment, written by the twin from the Helm values or by `refbench emulator`
 * from its flags.
 */
export const emulatorConfig = z.object({
  schemaVersion: z.literal(1),
  /** A separate address of 127.0.0.0/8. */
  host: z.string(),
  /** 0 = any free port. */
  port: z.number().int().min(0).max(65_535),
  /** Coder's version to claim, such as `2.31.0`. */
  version: z.string(),
  /** `coder.replicaCount` of the Helm values. */
  replicas: z.number().int().positive(),
  /** `CODER_…` variables as the Helm values set them: daemons, rate limits, Prometheus. */
  env: z.record(z.string(), z.string()),
  /** Divides the durations of builds and agents; 1 = as observed on a real server. */
  buildSpeed: z.number().positive(),
  /** Share of start builds that fail, 0 to 1, for rehearsing failures; which ones is decided by their number, not by chance. */
  failBuilds: z.number().min(0).max(1),
  /** How long the shell of every terminal and SSH session takes until its prompt, milliseconds. Absent = as observed, divided by `buildSpeed`; none for SSH. */
  shellDelayMs: z.number().nonnegative().optional(),
  /**
   * More than one replica and external provisioners are licensed features: `simulated` pretends a licence, and says so;
   * `absent` is a build that could have one; `none` is a build that knows no licences.
   */
  licence: z.enum(["none", "absent", "simulated"]),
  /** With a first user and a template `kubernetes` (parameter `home_disk_size`, default 10) already in it. */
  seeded: z.boolean(),
  /** Prebuilt workspaces that a preset of the seeded template asks for; only a licensed deployment makes them. */
  prebuilds: z.number().int().nonnegative().optional(),
  /** Names of workspace proxies, each of which listens on a port of its own at `host`, without TLS. */
  workspaceProxies: z.array(z.string()).optional(),
  /** The files for TLS in place of plain HTTP: a chain in PEM, and the path of its key. */
  tls: z.object({ certificate: z.string(), keyFile: z.string() }).optional(),
  /** The inventory for what its workspaces create. Absent when it runs alone. */
  inventory: z
    .object({
      /** The twin's inventory folder. */
      directory: z.string(),
      /** The kind of its workspaces. */
      are: z.enum(["pods", "containers", "machines"]),
      /** Key of the cluster its workspaces live in, or of the machine that Coder runs on. */
      cluster: z.string(),
      /** Namespace of workspaces in a cluster. */
      namespace: z.string(),
    })
    .optional(),
});
export type EmulatorConfig = z.infer<typeof emulatorConfig>;

/** The one line the emulator process prints on stdout once it answers. */
export const emulatorReady = z.object({
  url: z.string(),
  pid: z.number().int(),
  /** Only with `seeded`. */
  email: z.string().optional(),
  password: z.string().optional(),
  token: z.string().optional(),
});
export type EmulatorReady = z.infer<typeof emulatorReady>;
