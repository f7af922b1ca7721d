import type { TwinItem } from "../../inventory/item.ts";
import { processMark } from "../../inventory/marked-processes.ts";
import type { LocalProcess } from "../../../harness/tools/process/local-process.ts";
import { runnerConfig, runnerReady, type RunnerConfig, type RunnerReady } from "../../runner/config.ts";
import { diskOf } from "../../runner/disk.ts";
import type { Cloud } from "../cloud/cloud.ts";
import { findItemRun } from "../cloud/item-run.ts";
import { reserveAddress } from "./address.ts";
import { launch } from "./launch.ts";

const SSH_PORT = 22_022;

/** The users that may log in to a load runner, from its machine's metadata; undefined for any other machine. */
export interface RunnerMetadata {
  readonly users: RunnerConfig["users"];
  /** Whether the machine reports its host keys to its cloud. */
  readonly reports: boolean;
}

/** A machine that names people by their keys is a load runner: every other one is known by the project's own accounts. */
export function runnerOnGoogle(metadata: Readonly<Record<string, string>>): RunnerMetadata | undefined {
  const keys = metadata["ssh-keys"];
  if (keys === undefined) return undefined;
  const users = keys.split("\n").flatMap((line) => {
    const [, name, publicKey] = /^([^:]+):(\S+ \S+)/.exec(line) ?? [];
    return name === undefined || publicKey === undefined ? [] : [{ name, publicKey }];
  });
  const isOn = (name: string): boolean => metadata[name]?.toUpperCase() === "TRUE";
  return { users: isOn("enable-oslogin") ? [] : users, reports: isOn("enable-guest-attributes") };
}

/**
 * Reads a start-up script: it names the user that it makes and the user's key, and whether it reports its host keys.
 */
export function runnerOnAws(userData: string): RunnerMetadata | undefined {
  const said = (name: string): string | undefined =>
    new RegExp(`^${name}='([^']*)'$`, "m").exec(userData)?.[1];
  const [name, publicKey] = [said("user"), said("public_key")];
  if (name === undefined || publicKey === undefined) return undefined;
  return { users: [{ name, publicKey }], reports: userData.includes("SSH HOST KEY KEYS") };
}

/** Starts the SSH server of a load runner on a separate address, and returns the additional fields of its item. */
export async function launchRunner(
  { store, settings, signal }: Cloud,
  item: TwinItem,
  { users, reports }: RunnerMetadata,
): Promise<{ readonly process: LocalProcess; readonly runner: RunnerReady }> {
  const { host, port, folder } = await reserveAddress(settings.root, item.key, SSH_PORT);
  const { ready, identity } = await launch({
    what: "the load runner",
    mark: processMark(settings.root, item, findItemRun(item)),
    entry: settings.runner,
    folder,
    config: runnerConfig.parse({ schemaVersion: 1, host, port, users, folder: diskOf(settings.root, host) }),
    ready: runnerReady,
    signal,
    onStarted: async (process) => {
      await store.put({ ...((await store.get(item.key)) ?? item), process });
    },
  });
  return { process: identity, runner: { ...ready, ...(!reports && { hostKeys: [] }) } };
}
