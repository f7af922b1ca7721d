import { atMost, type Measured, type Named, notNegative, type Rule, same, sum } from "./rule.ts";

/** Whether the load was cut short, so that some of what it began neither succeeded nor failed. */
export function isCutShort({ record, measurements }: Measured): boolean {
  return (
    measurements.aborted !== undefined ||
    record.stages.some(({ stage, outcome }) => stage === "load" && outcome !== "ok") ||
    record.reasons.some((reason) => reason.startsWith("interrupted"))
  );
}

export const workspacesAddUp: Rule<Measured> = {
  name: "workspaces-add-up",
  check: (of) => {
    const { workspaces, engine } = of.measurements;
    const named = (name: keyof typeof workspaces): Named => [`workspaces ${name}`, workspaces[name]];
    const lostParts = of.measurements.lostParts ?? [];
    const unmeasured = sum(lostParts.map((part) => part.unmeasured.workspaces));
    const ended: Named = [
      `workspaces succeeded + failed${unmeasured > 0 ? " + not measured" : ""}`,
      workspaces.succeeded + workspaces.failed + unmeasured,
    ];
    // Another engine counts its own runs, and existing workspaces were not created.
    const isOurs = engine === undefined;
    return [
      isCutShort(of) ? atMost(ended, named("asked")) : same(ended, named("asked")),
      atMost(named("created"), named("asked")),
      atMost(named("ready"), workspaces.created > 0 ? named("created") : named("asked")),
      // Agents that nobody waited for are not ready, and templates may have none.
      isOurs && workspaces.ready > 0 ? atMost(named("succeeded"), named("ready")) : undefined,
      atMost(named("deleted"), named("asked")),
    ];
  },
};

export const usersAddUp: Rule<Measured> = {
  name: "users-add-up",
  check: ({ measurements: { users, workspaces, engine, histograms } }) => {
    if (engine !== undefined) return [];
    // Workspaces are distributed over all users only if the load created the users.
    const isDealt = histograms.some(({ phase }) => phase === "create-user");
    const isWhole = isDealt && workspaces.created > 0 && workspaces.ready === workspaces.asked;
    const named = (name: "asked" | "created" | "withWorkspace" | "deleted"): Named => [
      `users ${name}`,
      users[name],
    ];
    return [
      atMost(named("created"), named("asked")),
      atMost(named("withWorkspace"), named("asked")),
      atMost(named("withWorkspace"), ["workspaces asked", workspaces.asked]),
      atMost(named("withWorkspace"), [
        "workspaces ready or succeeded",
        Math.max(workspaces.ready, workspaces.succeeded),
      ]),
      isWhole &&
        same(named("withWorkspace"), [
          "users that all workspaces are dealt to",
          Math.min(users.created, workspaces.asked),
        ]),
      // Users are also deleted if the answer to their creation was lost.
      atMost(named("deleted"), named("asked")),
    ];
  },
};

export const connectionsAddUp: Rule<Measured> = {
  name: "connections-add-up",
  check: (of) => {
    const { connections } = of.measurements;
    const { asked, held, heldTerminal, heldSsh, lost, failed, reconnected, traffic, ssh } = connections;
    const lostParts = of.measurements.lostParts ?? [];
    const unmeasured = sum(lostParts.map((part) => part.unmeasured.connections));
    const ended: Named = [
      `connections held + lost + failed${unmeasured > 0 ? " + not measured" : ""}`,
      held + lost + (failed ?? 0) + unmeasured,
    ];
    return [
      same(["connections held", held], ["terminals + SSH held", heldTerminal + heldSsh]),
      failed === undefined
        ? undefined
        : isCutShort(of)
          ? atMost(ended, ["asked", asked])
          : same(ended, ["asked", asked]),
      atMost(["connections lost", lost], ["asked", asked]),
      atMost(["connections held", held], ["verified", connections.verified]),
      atMost(["connections verified", connections.verified], ["asked", asked]),
      atMost(["connections reconnected", reconnected ?? 0], ["lost", lost]),
      atMost(
        ["SSH relayed + direct", (connections.sshRelayed ?? 0) + (connections.sshDirect ?? 0)],
        ["SSH held", heldSsh],
      ),
      ssh && atMost(["SSH dealt to Coder's client", ssh.dealt], ["asked", ssh.asked]),
      ssh && atMost(["SSH held", heldSsh], ["dealt", ssh.dealt]),
      ...proofsArePossible(of.measurements),
      traffic && atMost(["traffic back", traffic.back], ["due", traffic.due]),
    ];
  },
};

/** Checks the age of the last answer of held connections. */
function proofsArePossible({ connections: { lastProof }, windows = [] }: Measured["measurements"]) {
  if (lastProof === undefined) return [];
  const { p50Ms, maxMs } = lastProof;
  return [
    notNegative(["the median age of the last proof, ms,", p50Ms]),
    atMost(["the median age of the last proof, ms,", p50Ms], ["the greatest", maxMs]),
    windows.length > 0 &&
      atMost(["the age of the last proof, ms,", maxMs], ["the load's length", windows.at(-1)?.endMs ?? 0]),
  ];
}

/** The server cannot count more sessions than were opened. */
export const gaugeIsPossible: Rule<Measured> = {
  name: "gauge-is-possible",
  check: ({ record, measurements: { connections, workspaces } }) => {
    const gauge = connections.serverGauge;
    // A deployment that refbench did not create also has other people's sessions.
    if (gauge === undefined || record.deployment !== undefined) return [];
    // A visit's session may still be counted, and a reattached one counts twice.
    const most = connections.asked + (connections.reconnected ?? 0) + workspaces.asked;
    return [
      atMost(["the server's count of terminals", gauge.terminal], ["all that were opened", most]),
      atMost(["the server's count of SSH sessions", gauge.ssh], ["all that were opened", most]),
    ];
  },
};

export const appsAddUp: Rule<Measured> = {
  name: "apps-add-up",
  check: ({ measurements: { apps } }) =>
    apps === undefined
      ? []
      : [
          atMost(["app sockets held", apps.held], ["asked", apps.asked]),
          // A socket counts as held only with an echo.
          atMost(["app sockets held", apps.held], ["messages that came back", apps.echoed]),
        ],
};

export const pollsAddUp: Rule<Measured> = {
  name: "polls-add-up",
  check: ({ measurements: { polls } }) =>
    polls === undefined
      ? []
      : [
          atMost(["polls that were lost", polls.lost], ["asked", polls.asked]),
          same(
            ["polls that were lost", polls.lost],
            ["of every kind", polls.lostBy.reduce((sum, { count }) => sum + count, 0)],
          ),
        ],
};

export const arrivalsAddUp: Rule<Measured> = {
  name: "arrivals-add-up",
  check: ({ measurements: { arrivals, workspaces } }) => {
    if (arrivals === undefined) return [];
    const { due, late, lateMaxMs, waitedForTurn } = arrivals;
    return [
      atMost(["arrivals due", due], ["workspaces asked", workspaces.asked]),
      atMost(["arrivals late", late], ["due", due]),
      atMost(["arrivals that waited", waitedForTurn ?? 0], ["due", due]),
      atMost(["0", 0], ["the latest arrival's lateness", lateMaxMs]),
      late > 0 && lateMaxMs === 0 ? `${late} arrivals were late, by 0 ms at most` : undefined,
    ];
  },
};

/** The measurements are of the load that the record says was requested. */
export const loadIsTheOneAsked: Rule<Measured> = {
  name: "load-is-the-one-asked",
  check: ({ record, measurements }) => {
    const { load, overrides, deployment } = record;
    const { users, workspaces, connections, engine } = measurements;
    const isExisting = deployment !== undefined && load.users === 0;
    if (engine !== undefined || isExisting) return [];
    const overridden = Object.entries(overrides).map(([path, value]) => {
      const figure = FIGURE_OF[path]?.(load);
      if (figure === undefined || typeof value !== "number") return undefined;
      return same([`the figure of the size ${path}`, figure], ["its override", value]);
    });
    return [
      same(["users asked", users.asked], ["of the load", load.users]),
      same(["workspaces asked", workspaces.asked], ["of the load", load.workspaces]),
      same(["connections asked", connections.asked], ["of the load", load.connections]),
      ...daemonsOfTheLoad({ record, measurements }),
      load.sshShare >= 0 && load.sshShare <= 1 ? undefined : `the share of SSH is ${load.sshShare}`,
      ...overridden,
    ];
  },
};

function daemonsOfTheLoad({ record: { load, deployment }, measurements: { builds } }: Measured) {
  const { capacity, daemons, jobs } = builds;
  if (jobs === undefined) return [];
  const asked: Named = ["concurrent builds of the load", load.concurrentBuilds];
  const product = (load.externalProvisioners ?? 0) + load.replicas * load.daemonsPerReplica;
  if (deployment === undefined)
    return [
      same(asked, ["replicas × daemons of the load", product]),
      same(["provisioner daemons", capacity], ["replicas × daemons of the load", product]),
    ];
  // Daemons were counted shortly before the load, and another deployment may scale automatically.
  return [
    atMost(asked, ["the most daemons", Math.max(capacity, daemons?.most ?? 0)]),
    atMost(["the fewest daemons", Math.min(capacity, daemons?.least ?? capacity)], asked),
    same(asked, ["replicas × daemons of the load", product], load.replicas / 2),
  ];
}

const FIGURE_OF: Readonly<
  Record<string, ((load: Measured["record"]["load"]) => number | undefined) | undefined>
> = {
  users: ({ users }) => users,
  workspaces: ({ workspaces }) => workspaces,
  concurrentBuilds: ({ concurrentBuilds }) => concurrentBuilds,
  "coder.replicas": ({ replicas }) => replicas,
  "coder.daemonsPerReplica": ({ daemonsPerReplica }) => daemonsPerReplica,
  "externalProvisioners.count": ({ externalProvisioners }) => externalProvisioners,
  "connections.total": ({ connections }) => connections,
  "connections.sshShare": ({ sshShare }) => sshShare,
};
