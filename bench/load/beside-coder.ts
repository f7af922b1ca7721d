import type { RealCoderAsked } from "../../rehearsal/real-coder/find-real-coder.ts";
import { mostWorkspaces } from "../../rehearsal/real-coder/memory-bound.ts";
import { findCoderUtility } from "../../harness/workload/coder-engine/find-utility.ts";
import { type Floor, floor } from "./floor.ts";
import {
  bundledWorkload,
  costOfCoder,
  costOfRefbench,
  type GeneratorCost,
  type Traffic,
} from "./generator-cost.ts";
import { costOfPrograms, type ProgramCost, programLine } from "./program-cost.ts";
import { DAEMONS, startRealDeployment } from "./real-deployment.ts";
import { terminalsOf } from "./workspaces.ts";

/** As Coder's own figures are known: a kilobyte each tenth of a second for half a minute. */
const TRAFFIC: Traffic = { bytesPerTick: 1024, tickMs: 100, holdMs: 30_000 };
const WORKSPACES = 50;
/** The share of workspaces for the smaller of the two counts between which a terminal's memory is measured. */
const FEW_SHARE = 0.2;
/** The shorter of the two times between which a tick's CPU lies. */
const BRIEF_MS = 10_000;
/** Terminals per workspace for refbench alone: its garbage collector moves its memory more than some tens of terminals do. */
const MANY_TIMES = 10;

/** The costs of both generators at the same load, one of each a round. */
export interface Pair {
  readonly terminals: number;
  readonly traffic: Traffic;
  readonly refbench: readonly GeneratorCost[];
  readonly coder: readonly GeneratorCost[];
}

/** Both generators on the same workspaces of the same server, by turns. */
export interface BesideCoder {
  readonly coderVersion: string;
  /** On some of the workspaces. */
  readonly few: Pair;
  /** On all of them. */
  readonly all: Pair;
  /** On all of them, and not for so long. */
  readonly brief: Pair;
  /** Refbench with ten times the terminals and a tenth of the ticks on each: the same work on more terminals. */
  readonly many: Pair;
  /** Sessions of Coder's own client, as refbench carries SSH to a real deployment. */
  readonly programs: ProgramCost;
  /** A bare `ws` loop that types as much into all of them, and looks at nothing that comes back. */
  readonly floors: readonly Floor[];
}

/** Measures refbench's workload beside `coder exp scaletest workspace-traffic`. */
export async function besideCoder(
  asked: Pick<RealCoderAsked, "binary" | "providerMirror"> & {
    /** @default 50, or as many as the free memory carries */
    readonly workspaces: number | undefined;
    readonly rounds: number;
  },
  say: (text: string) => void,
): Promise<BesideCoder> {
  const { binary, providerMirror, rounds } = asked;
  const workspaces = asked.workspaces ?? Math.min(WORKSPACES, mostWorkspaces(DAEMONS));
  const { signal } = new AbortController();
  const utility = await findCoderUtility(binary, { env: process.env, signal });
  const program = await bundledWorkload();
  await using deployment = await startRealDeployment({ binary, providerMirror, workspaces }, say);
  const few = pair(Math.round(workspaces * FEW_SHARE), TRAFFIC);
  const all = pair(workspaces, TRAFFIC);
  const brief = pair(workspaces, { ...TRAFFIC, holdMs: BRIEF_MS });
  const many = pair(workspaces * MANY_TIMES, { ...TRAFFIC, tickMs: TRAFFIC.tickMs * MANY_TIMES });
  const floors: Floor[] = [];
  const { url } = deployment;
  const bare = {
    ...{ url, connections: workspaces, terminals: await terminalsOf(deployment, workspaces) },
    commandsPerSecond: (workspaces * 1000) / TRAFFIC.tickMs,
    holdSeconds: TRAFFIC.holdMs / 1000,
    trafficBytes: TRAFFIC.bytesPerTick,
  };
  const programs = await costOfPrograms(deployment, binary);
  say(programLine(programs));
  for (let round = 1; round <= rounds; round++) {
    for (const one of [few, all, brief]) {
      one.refbench.push(await costOfRefbench(program, deployment, one));
      one.coder.push(await costOfCoder(utility, deployment, one));
    }
    many.refbench.push(await costOfRefbench(program, deployment, many));
    floors.push(await floor(bare));
    say(`round ${round} of ${rounds} is over`);
  }
  return { coderVersion: deployment.version, few, all, brief, many, programs, floors };
}

function pair(terminals: number, traffic: Traffic) {
  return { terminals, traffic, refbench: [] as GeneratorCost[], coder: [] as GeneratorCost[] };
}
