import type {
  AnswerFault,
  BuildFault,
  EmulatorFaults,
  SocketFault,
} from "../../../rehearsal/emulator/faults.ts";
import { ok, problem, type Reply } from "../../../rehearsal/emulator/http/reply.ts";
import type { ShellFault } from "../../../rehearsal/emulator/terminal/shell-faults.ts";

type Names = readonly string[];

/** Faults of an emulated Coder by the names of the users and workspaces that they befall. */
export interface NamedFaults {
  readonly refuseUser?: Names;
  readonly refuseWorkspace?: Names;
  /** Creates it and loses the answer. */
  readonly loseWorkspace?: Names;
  readonly failBuild?: Names;
  /** Its first start build fails, the next ones succeed. */
  readonly failFirstBuild?: Names;
  /** Its build is refused: the quota is used up. */
  readonly noQuota?: Names;
  /** Its creation is refused: all seats are taken. */
  readonly noSeat?: Names;
  readonly stuckBuild?: Names;
  readonly stuckAgent?: Names;
  readonly refuseTerminal?: Names;
  /** Never answers the upgrade. */
  readonly hangTerminal?: Names;
  readonly refuseSsh?: Names;
  readonly shell?: Readonly<Record<string, ShellFault>>;
  /** Its delete builds fail for ever. */
  readonly failDelete?: Names;
  /** Its first delete build ends canceled, and the workspace stays. */
  readonly cancelDelete?: Names;
}

/** Returns the emulator's plan of these faults. */
export function planFaults(
  named: NamedFaults,
): Required<Pick<EmulatorFaults, "answers" | "sockets">> & EmulatorFaults {
  const { shell } = named;
  return {
    answers: answersFor(named),
    sockets: [
      {
        call: PTY,
        play: (_, name) => Promise.resolve(named.hangTerminal?.includes(name) ? "hang" : undefined),
      },
      refuseSocket(PTY, named.refuseTerminal),
      refuseSocket(SSH, named.refuseSsh),
    ],
    build: ({ workspace, transition, number }) => {
      const isNamed = (names: Names = []): boolean => names.includes(workspace.name);
      if (transition === "start") return startFault(named, isNamed, number);
      if (isNamed(named.failDelete)) return FAILED;
      return isNamed(named.cancelDelete) && number === 2 ? { ends: "canceled" } : undefined;
    },
    isLost: ({ workspace }) => workspace !== undefined && (named.stuckAgent ?? []).includes(workspace.name),
    ...(shell === undefined ? {} : { shell: (workspace) => shell[workspace] }),
  };
}

export const PTY = /^GET \/workspaceagents\/[^/]+\/pty$/;
export const SSH = /^GET \/workspaceagents\/[^/]+\/refbench-ssh$/;
export const NEW_USER = /^POST \/users$/;
export const NEW_WORKSPACE = /^POST \/users\/[^/]+\/workspaces$/;

const FAILED: BuildFault = { ends: "failed", error: "exit status 1" };

function startFault(
  named: NamedFaults,
  isNamed: (names?: Names) => boolean,
  number: number,
): BuildFault | undefined {
  if (isNamed(named.stuckBuild)) return { ends: "never" };
  if (isNamed(named.noQuota))
    return { ends: "failed", error: "insufficient quota", code: "INSUFFICIENT_QUOTA" };
  return isNamed(named.failBuild) || (isNamed(named.failFirstBuild) && number === 1) ? FAILED : undefined;
}

function answersFor(named: NamedFaults): AnswerFault[] {
  return [
    refuseNamed(NEW_USER, named.noSeat, problem(403, "You have reached the licensed user limit.")),
    refuseNamed(NEW_USER, named.refuseUser, problem(500, "no more users")),
    refuseNamed(NEW_WORKSPACE, named.refuseWorkspace, problem(400, "no such parameter")),
    {
      call: NEW_WORKSPACE,
      play: async (request, ask) => {
        const reply = await ask();
        return named.loseWorkspace?.includes(nameIn(request.body)) ? undefined : reply;
      },
    },
  ];
}

function refuseNamed(call: RegExp, names: Names | undefined, refusal: Reply): AnswerFault {
  return {
    call,
    play: ({ body }, ask) => (names?.includes(nameIn(body)) ? Promise.resolve(refusal) : ask()),
  };
}

function refuseSocket(call: RegExp, names: Names | undefined): SocketFault {
  const refusal = problem(404, "no agent");
  return { call, play: (_, name) => Promise.resolve(names?.includes(name) ? refusal : undefined) };
}

function nameIn(body: Buffer): string {
  const { username, name } = JSON.parse(body.toString()) as { username?: string; name?: string };
  return username ?? name ?? "";
}

/** Answers calls with this JSON. */
export function answering(call: RegExp, json: unknown): AnswerFault {
  return { call, play: () => Promise.resolve(ok(json)) };
}

/** Answers calls with this status: at most so many of them, from one on. */
export function refusing(
  call: RegExp,
  status: number,
  { times = Infinity, after = 0 }: { readonly times?: number; readonly after?: number } = {},
): AnswerFault {
  let asked = 0;
  const refusal = { ...problem(status, "refused by the test"), headers: { "retry-after": "0" } };
  const isRefused = (number: number): boolean => number > after && number <= after + times;
  return { call, play: (_, ask) => (isRefused(++asked) ? Promise.resolve(refusal) : ask()) };
}

/** A Coder from before prebuilt workspaces. */
export const WITHOUT_PREBUILDS = refusing(/ \/prebuilds\/settings$/, 404);

/** Changes the JSON of what the API answers without an error. */
export function changing(call: RegExp, change: (json: never) => unknown): AnswerFault {
  return {
    call,
    play: async (_, ask) => {
      const reply = await ask();
      return reply?.json === undefined || reply.status >= 300
        ? reply
        : { ...reply, json: change(structuredClone(reply.json) as never) };
    },
  };
}

/** Sets fields of an answer, or of each item of one that is a list. */
export function withFields(call: RegExp, fields: Readonly<Record<string, unknown>>): AnswerFault {
  const set = (json: object): object => Object.assign(json, fields);
  return changing(call, (json: object | object[]) => (Array.isArray(json) ? json.map(set) : set(json)));
}

/** Answers nothing from `afterMs` after the first workspace was asked for, for `forMs`. */
export function freezing({
  afterMs,
  forMs,
}: {
  readonly afterMs: number;
  readonly forMs: number;
}): AnswerFault {
  let firstMs: number | undefined;
  return {
    call: /^/,
    play: async (request, ask) => {
      const nowMs = performance.now();
      if (NEW_WORKSPACE.test(`${request.method} ${request.path.replace("/api/v2", "")}`)) firstMs ??= nowMs;
      const ageMs = firstMs === undefined ? -1 : nowMs - firstMs;
      if (ageMs >= afterMs && ageMs < afterMs + forMs)
        await new Promise((resolve) => setTimeout(resolve, afterMs + forMs - ageMs));
      return ask();
    },
  };
}

/** Answers calls only once so many wait for it at the same time. */
export function gathering(call: RegExp, count: number): AnswerFault {
  const gather = gatherer(count, 0);
  return { call, play: (_, ask) => gather().then(ask) };
}

/** Opens sockets only once so many wait for it at the same time; the first `after` open at once. */
export function gatheringSockets(call: RegExp, count: number, after = 0): SocketFault {
  const gather = gatherer(count, after);
  return { call, play: () => gather().then(() => undefined) };
}

function gatherer(count: number, after: number): () => Promise<void> {
  let asked = 0;
  let release = (): void => undefined;
  const all = new Promise<void>((resolve) => (release = resolve));
  return async () => {
    asked += 1;
    if (asked === after + count) release();
    if (asked > after) await all;
  };
}
