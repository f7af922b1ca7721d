import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { Agent } from "undici";
import { parse } from "yaml";
import { z } from "zod";
import { messageOf, RefbenchError } from "../tools/error.ts";
import type { ClusterAccess } from "./api.ts";
import { runCredentialPlugin } from "./credential-plugin.ts";

const exec = z.object({
  apiVersion: z.string(),
  command: z.string(),
  args: z.array(z.string()).nullish(),
  env: z.array(z.object({ name: z.string(), value: z.string() })).nullish(),
});
const cluster = z.object({
  server: z.url(),
  "certificate-authority": z.string().optional(),
  "certificate-authority-data": z.string().optional(),
  "insecure-skip-tls-verify": z.boolean().optional(),
  "tls-server-name": z.string().optional(),
});
const user = z.object({
  token: z.string().optional(),
  tokenFile: z.string().optional(),
  "client-certificate": z.string().optional(),
  "client-certificate-data": z.string().optional(),
  "client-key": z.string().optional(),
  "client-key-data": z.string().optional(),
  exec: exec.optional(),
});
/** The parts of a kubeconfig that are used: https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/ */
const kubeconfig = z.object({
  "current-context": z.string().optional(),
  contexts: z.array(
    z.object({ name: z.string(), context: z.object({ cluster: z.string(), user: z.string() }) }),
  ),
  clusters: z.array(z.object({ name: z.string(), cluster })),
  users: z.array(z.object({ name: z.string(), user })),
});
type Cluster = z.infer<typeof cluster>;
type User = z.infer<typeof user>;

/** A cluster that a kubeconfig names. */
export interface KubeconfigCluster {
  /** The name of the context. */
  readonly context: string;
  readonly access: ClusterAccess;
}

export interface KubeconfigOptions {
  /** Path of the kubeconfig. */
  readonly file: string;
  /** @default the kubeconfig's current context */
  readonly context?: string | undefined;
  /** Environment of a credential plugin. */
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Returns the access that a context of a kubeconfig gives, with a token, a token file, a client certificate or a
 * credential plugin.
 * @throws RefbenchError `usage` when the file cannot be read, or does not contain the context
 */
export async function readKubeconfig(options: KubeconfigOptions): Promise<KubeconfigCluster> {
  const { file } = options;
  const config = await readConfig(file);
  const context = options.context ?? config["current-context"] ?? "";
  const chosen = findNamed(config.contexts, context, `context of kubeconfig ${file}`).context;
  const found = findNamed(config.clusters, chosen.cluster, `cluster of kubeconfig ${file}`).cluster;
  const caller = findNamed(config.users, chosen.user, `user of kubeconfig ${file}`).user;
  const token = tokenOf(caller, options);
  const connect = await connectOptions(found, caller, dirname(file));
  return {
    context,
    access: {
      server: found.server.replace(/\/+$/, ""),
      ...(token === undefined ? {} : { token }),
      dispatcher: new Agent({ connect }),
    },
  };
}

async function readConfig(file: string): Promise<z.infer<typeof kubeconfig>> {
  let content: unknown;
  try {
    content = parse(await readFile(file, "utf8"));
  } catch (cause) {
    const message = `kubeconfig ${file} cannot be read: ${messageOf(cause)}; give the path of a kubeconfig`;
    throw new RefbenchError("usage", message, { cause });
  }
  const parsed = kubeconfig.safeParse(content);
  if (parsed.success) return parsed.data;
  // Only the paths of wrong fields: a value may be a secret.
  const fields = parsed.error.issues.map(({ path }) => path.join(".")).join(", ");
  throw new RefbenchError(
    "usage",
    `kubeconfig ${file} is not valid at ${fields}: check it with "kubectl config view"`,
  );
}

function findNamed<T extends { readonly name: string }>(all: readonly T[], name: string, what: string): T {
  const found = all.find((one) => one.name === name);
  if (found !== undefined) return found;
  const names = all.map((one) => one.name).join(", ") || "none";
  throw new RefbenchError("usage", `"${name}" is not a ${what}: expected one of ${names}`);
}

/** Creates the token of each request; undefined for a caller with a client certificate only. */
function tokenOf(
  { token, tokenFile, exec: plugin }: User,
  { file, env }: KubeconfigOptions,
): ClusterAccess["token"] {
  if (token !== undefined) return () => Promise.resolve(token);
  if (tokenFile !== undefined)
    return async () => (await readFile(resolve(dirname(file), tokenFile), "utf8")).trim();
  if (plugin === undefined) return undefined;
  const { apiVersion, command, args, env: added } = plugin;
  const info = { apiVersion, kind: "ExecCredential", spec: { interactive: false } };
  const pluginEnv = {
    ...env,
    ...Object.fromEntries((added ?? []).map(({ name, value }) => [name, value])),
    KUBERNETES_EXEC_INFO: JSON.stringify(info),
  };
  return async () => {
    try {
      return await runCredentialPlugin(command, args ?? [], pluginEnv);
    } catch (cause) {
      const message = `"${command}", the credential plugin of kubeconfig ${file}, gave no token: run kubectl with this kubeconfig to see why`;
      throw new RefbenchError("inventory", message, { cause });
    }
  };
}

/** TLS options: data in the file outranks the path of a file, as in kubectl. */
async function connectOptions(
  found: Cluster,
  caller: User,
  folder: string,
): Promise<Readonly<Record<string, string | boolean>>> {
  const read = async (data: string | undefined, path: string | undefined): Promise<string | undefined> => {
    if (data !== undefined) return Buffer.from(data, "base64").toString();
    return path === undefined ? undefined : readFile(resolve(folder, path), "utf8");
  };
  const entries = {
    ca: await read(found["certificate-authority-data"], found["certificate-authority"]),
    cert: await read(caller["client-certificate-data"], caller["client-certificate"]),
    key: await read(caller["client-key-data"], caller["client-key"]),
    servername: found["tls-server-name"],
    rejectUnauthorized: found["insecure-skip-tls-verify"] === true ? false : undefined,
  };
  return Object.fromEntries(
    Object.entries(entries).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
