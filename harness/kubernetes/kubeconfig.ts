import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { KubeConfig } from "@kubernetes/client-node";
import { parse } from "yaml";
import { z } from "zod";
import { messageOf, RefbenchError } from "../tools/error.ts";
import type { ClusterAccess } from "./access.ts";
import { kubeconfigLogin } from "./kubeconfig-login.ts";
import { pluginAuthenticator } from "./plugin-authenticator.ts";

/** A cluster that a kubeconfig names. */
export interface KubeconfigCluster {
  /** The name of the context. */
  readonly context: string;
  readonly access: ClusterAccess;
}

export interface KubeconfigOptions {
  /** Path of the kubeconfig. */
  readonly file: string;
  /** Never guessed: whoever works on a cluster has named it. */
  readonly context: string;
  /** Environment of a credential plugin. */
  readonly env: NodeJS.ProcessEnv;
}

type Fields = Readonly<Record<string, unknown>>;
const entries = z.array(z.record(z.string(), z.unknown())).nullish();
/** The lists of a kubeconfig: https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/ */
const kubeconfig = z.looseObject({ contexts: entries, clusters: entries, users: entries });

const plugin = z.object({
  apiVersion: z.string(),
  command: z.string(),
  args: z.array(z.string()).nullish(),
  env: z.array(z.object({ name: z.string(), value: z.string() })).nullish(),
  provideClusterInfo: z.boolean().nullish(),
});

/**
 * Returns the access that a context of a kubeconfig gives, with every login that kubectl has.
 * @throws RefbenchError `usage` when the file cannot be read, or does not contain the context
 */
export async function readKubeconfig(options: KubeconfigOptions): Promise<KubeconfigCluster> {
  const { file, context } = options;
  const content = await readContent(file);
  // It takes a third of a second to load.
  const { KubeConfig } = await import("@kubernetes/client-node");
  const config = new KubeConfig();
  try {
    config.loadFromString(JSON.stringify({ ...content, users: asClientExpects(content.users, file) }));
  } catch (cause) {
    // Its messages name fields, without their values.
    throw refuseFile(file, messageOf(cause), cause);
  }
  config.makePathsAbsolute(dirname(file));
  chooseContext(config, options);
  const cluster = config.getCurrentCluster();
  const user = config.getCurrentUser();
  if (cluster === null || user === null) {
    const missing = cluster === null ? "cluster" : "user";
    throw refuseFile(file, `the ${missing} of context "${context}" is missing`);
  }
  if (!URL.canParse(cluster.server))
    throw refuseFile(file, `the server of cluster "${cluster.name}" is not a URL`);
  if (cluster.proxyUrl?.startsWith("socks") === true)
    throw refuseFile(file, `cluster "${cluster.name}" has a SOCKS proxy, where an HTTP proxy is expected`);
  if (user.token !== undefined && typeof user.token !== "string")
    throw refuseFile(file, `the token of user "${user.name}" is not text`);
  // The client refuses plain HTTP without this, although there is no certificate to verify.
  if (cluster.server.startsWith("http:")) Object.assign(cluster, { skipTLSVerify: true });
  const found = content.users?.find(({ name }) => name === user.name)?.["user"] as Fields | undefined;
  if (found?.["exec"] !== undefined) config.addAuthenticator(authenticator(found["exec"], config, options));
  await refuseMissingFiles(file, { ...cluster, ...user });
  const server = cluster.server.replace(/\/+$/, "");
  const renews = found?.["exec"] !== undefined || found?.["tokenFile"] !== undefined;
  return { context, access: { server, login: kubeconfigLogin(config), renews } };
}

/**
 * Returns the names of a kubeconfig's contexts.
 * @throws RefbenchError `usage` when the file cannot be read
 */
export async function listContexts(file: string): Promise<readonly string[]> {
  const { contexts } = await readContent(file);
  return (contexts ?? []).flatMap(({ name }) => (typeof name === "string" ? [name] : []));
}

async function readContent(file: string): Promise<z.infer<typeof kubeconfig>> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (cause) {
    const message = `kubeconfig ${file} cannot be read: ${messageOf(cause)}; give the path of a kubeconfig`;
    throw new RefbenchError("usage", message, { cause });
  }
  let content: unknown;
  try {
    content = parse(text, { prettyErrors: false });
  } catch (cause) {
    // Its message may quote the file, in which secrets are.
    throw refuseFile(file, "it is not YAML", cause);
  }
  const parsed = kubeconfig.safeParse(content);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map(({ path }) => path.join(".")).join(", ");
  throw refuseFile(file, `wrong at ${fields === "" ? "its start" : fields}`);
}

function refuseFile(file: string, why: string, cause?: unknown): RefbenchError {
  const message = `kubeconfig ${file} is not valid: ${why}; check it with "kubectl config view"`;
  return new RefbenchError("usage", message, { cause });
}

function chooseContext(config: KubeConfig, { file, context }: KubeconfigOptions): void {
  if (config.getContextObject(context) === null) {
    const names = config.contexts.map(({ name }) => name).join(", ") || "none";
    const message = `"${context}" is not a context of kubeconfig ${file}: expected one of ${names}`;
    throw new RefbenchError("usage", message);
  }
  config.setCurrentContext(context);
}

/**
 * The users as the client reads them: it knows the file of a token by another name, and a plugin is run here, within a
 * time and in the caller's environment.
 */
function asClientExpects(users: z.infer<typeof entries>, file: string): unknown {
  return users?.map(({ user, ...rest }) => {
    const fields = { ...(user as Fields | undefined) };
    if (typeof fields["tokenFile"] === "string") {
      const tokenFile = resolve(dirname(file), fields["tokenFile"]);
      fields["auth-provider"] = { name: "tokenFile", config: { tokenFile } };
      // kubectl prefers the file too.
      delete fields["token"];
    }
    delete fields["exec"];
    return { ...rest, user: fields };
  });
}

function authenticator(
  raw: unknown,
  config: KubeConfig,
  { file, env }: KubeconfigOptions,
): Parameters<KubeConfig["addAuthenticator"]>[0] {
  const { success, data } = plugin.safeParse(raw);
  const user = config.getCurrentUser()?.name ?? "";
  if (!success) throw refuseFile(file, `the exec of user "${user}" has no command, or wrong fields`);
  const cluster = config.getCurrentCluster();
  return pluginAuthenticator({
    ...{ user, file, apiVersion: data.apiVersion, args: data.args ?? [] },
    // kubectl takes a path as relative to the kubeconfig, and a name from PATH.
    command: data.command.includes("/") ? resolve(dirname(file), data.command) : data.command,
    env: { ...env, ...Object.fromEntries((data.env ?? []).map(({ name, value }) => [name, value])) },
    cluster:
      data.provideClusterInfo === true
        ? { server: cluster?.server, "certificate-authority-data": cluster?.caData }
        : undefined,
  });
}

/** Names the file now: later the client would fail at each request. */
async function refuseMissingFiles(
  file: string,
  named: {
    readonly caFile?: string;
    readonly certFile?: string;
    readonly keyFile?: string;
    readonly authProvider?: { readonly config?: { readonly tokenFile?: string } };
  },
): Promise<void> {
  for (const path of [named.caFile, named.certFile, named.keyFile, named.authProvider?.config?.tokenFile]) {
    if (path === undefined) continue;
    try {
      await readFile(path);
    } catch (cause) {
      const message = `${path}, which kubeconfig ${file} names, cannot be read: ${messageOf(cause)}; make it readable or log in to the cluster again`;
      throw new RefbenchError("usage", message, { cause });
    }
  }
}
