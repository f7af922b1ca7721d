import type { LoadResult } from "../../model/record/worker-result.ts";
import { agentsOf } from "../../coder/http/schemas.ts";
import { inTurns } from "../../tools/time/in-turns.ts";
import type { LoadContext, LoadWorkspace } from "../context/load-context.ts";
import { pace } from "../generator/pacer.ts";
import type { Scenario } from "./scenario.ts";
import { type AppAddress, appAddress } from "./app-address.ts";
import { findAppHosts } from "./app-hosts.ts";
import { AppSocket } from "./app-socket.ts";

/** Reading addresses is not measured. */
const READS_AT_ONCE = 64;

/**
 * Websockets to an app inside the workspaces, through Coder. They are opened at the rate of the load's
 * connections, then send messages in turn, on one open schedule for all. Every byte that comes back is
 * compared.
 */
export const apps: Scenario = {
  run: (load, ready) => talkToApps(load, ready),
  check: async (admin, task) => {
    await findAppHosts(admin, task);
  },
};

/** The same, until an instant of `performance.now()` if one is given. */
export async function talkToApps(
  load: LoadContext,
  ready: readonly LoadWorkspace[],
  untilMs?: number,
): Promise<Pick<LoadResult, "apps">> {
  const { app } = load.task;
  if (app === undefined) return {};
  const addresses = await findAddresses(load, ready);
  const all: AppSocket[] = [];
  if (addresses.length > 0 && !load.signal.aborted) {
    await open(load, addresses, all);
  }
  await load.together("messages");
  await talk(
    load,
    all.filter(({ isOpen }) => isOpen),
    untilMs === undefined ? app.forMs : Math.max(0, untilMs - performance.now()),
  );
  const held = all.filter(({ isVerified }) => isVerified).length;
  const echoed = all.reduce((sum, socket) => sum + socket.echoed, 0);
  for (const socket of all) socket.close();
  return { apps: { asked: app.connections, held, echoed } };
}

/** Finds the address of each workspace's app. A workspace without one has failed. */
async function findAddresses(load: LoadContext, ready: readonly LoadWorkspace[]): Promise<AppAddress[]> {
  load.board.activity = "looking for apps";
  const hosts = await findAppHosts(load.admin, load.task);
  if (hosts?.isAtCoder === true)
    load.note(
      `this machine cannot resolve names below ${hosts.wildcard}: apps are requested at the address of ${load.task.deployment.url}`,
    );
  const found = await inTurns(ready, READS_AT_ONCE, async (workspace) => {
    if (load.signal.aborted || workspace.user.token === "") return undefined;
    const seen = await load.poller.workspace(workspace.id ?? "");
    if (!seen.ok) {
      load.failures.addAnswer("unexpected", "app-echo", seen.failure);
      return undefined;
    }
    const agent = agentsOf(seen.value).find(({ id }) => id === workspace.agentId);
    const about = { workspace: seen.value, agent, token: workspace.user.token };
    const address = appAddress(load.task, about, hosts);
    if ("problem" in address) load.failures.add("connect-refused", "app-echo", address.problem);
    return "problem" in address ? undefined : address;
  });
  return found.filter((address) => address !== undefined);
}

async function open(load: LoadContext, addresses: readonly AppAddress[], all: AppSocket[]): Promise<void> {
  load.board.activity = "connecting to apps";
  const { signal, health, task } = load;
  const opening: Promise<void>[] = [];
  health.startPacing();
  await pace(
    {
      perSecond: task.connections.rampPerSecond,
      count: task.app?.connections ?? 0,
      ...{ signal, slip: health.slip.scenario },
    },
    (index, dueMs) => {
      const address = addresses[index % addresses.length];
      if (address === undefined) return;
      const socket = new AppSocket(load, address);
      all.push(socket);
      opening.push(socket.open(dueMs));
    },
  );
  await Promise.race([Promise.all(opening), load.stopped]);
  health.stopPacing();
}

async function talk(load: LoadContext, sockets: readonly AppSocket[], forMs: number): Promise<void> {
  const { signal, health, task, stopped } = load;
  if (sockets.length === 0 || task.app === undefined || signal.aborted) return;
  load.board.activity = "talking to apps";
  const { messagesPerSecond } = task.app;
  // The share of a part can fall just short of a whole number.
  const count = Math.floor((forMs / 1000) * messagesPerSecond + 1e-9);
  health.startPacing();
  await pace({ perSecond: messagesPerSecond, count, signal, slip: health.slip.scenario }, (index, dueMs) => {
    sockets[index % sockets.length]?.send(dueMs);
  });
  health.stopPacing();
  await Promise.race([Promise.all(sockets.map((socket) => socket.settled())), stopped]);
}
