import type { Durations, Expected } from "./expected-seconds.ts";
import { type ScheduledTask, scheduleTasks, type Task, TERRAFORM_PARALLELISM } from "./schedule.ts";
import type { StackGraph, StackNode } from "./stack-graph.ts";

/** One step of a provision: a resource, a read, a start of Terraform, or the bootstrap. */
export interface Step {
  /** Terraform's address with the index of an instance, or words for a step of refbench. */
  readonly name: string;
  /** Absent for the bootstrap. */
  readonly stack?: string;
  /** Terraform's kind; absent for a step that is not a resource. */
  readonly kind?: string;
  readonly mode: "create" | "read" | "program";
  /** Names of the steps of the same apply that come before it. */
  readonly after: readonly string[];
  /** Seconds from the start of the first stack. */
  readonly start: number;
  readonly end: number;
  readonly expected: Expected;
  /** By how much it could end later without a later end of its apply. */
  readonly slack: number;
  /** Whether it waits for one of Terraform's places. */
  readonly waitedForPlace: boolean;
}

/** How a provision is expected to pass. */
export interface Provisioning {
  readonly steps: readonly Step[];
  /** The steps that decide the end, without gaps. */
  readonly critical: readonly Step[];
  readonly seconds: number;
  /** The same if Terraform did everything at once that waits for nothing. */
  readonly unlimitedSeconds: number;
  readonly atOnce: number;
}

/** One `terraform apply` of a stack, with what it creates. */
export interface Apply {
  readonly graph: StackGraph;
  /** How many instances of a block this apply creates. */
  readonly creates: (node: StackNode) => number;
}

/** Plans the applies one after the other, the bootstrap, then the applies that need a Coder that is set up. */
export function planProvisioning(
  { first, second }: { readonly first: readonly Apply[]; readonly second: readonly Apply[] },
  durations: Durations,
): Provisioning {
  const parts: readonly (() => Part)[] = [
    ...first.map((apply) => () => planApply(apply, durations)),
    () => bootstrapPart(durations.bootstrap),
    ...second.map((apply) => () => planApply(apply, durations)),
  ];
  const steps: Step[] = [];
  const critical: Step[] = [];
  let [seconds, unlimitedSeconds] = [0, 0];
  for (const plan of parts) {
    const part = plan();
    const from = seconds;
    const moved = (step: Step): Step => ({ ...step, start: step.start + from, end: step.end + from });
    steps.push(...part.steps.map(moved));
    critical.push(...part.critical.map(moved));
    seconds += part.seconds;
    unlimitedSeconds += part.unlimitedSeconds;
  }
  return { steps, critical, seconds, unlimitedSeconds, atOnce: TERRAFORM_PARALLELISM };
}

type Part = Omit<Provisioning, "atOnce">;

function bootstrapPart(expected: Expected): Part {
  const { seconds } = expected;
  const step: Step = {
    ...{ name: "bootstrap of Coder", mode: "program", after: [], start: 0, end: seconds },
    ...{ expected, slack: 0, waitedForPlace: false },
  };
  return { steps: [step], critical: [step], seconds, unlimitedSeconds: seconds };
}

/** What a step is, beside its times. */
type StepFacts = Pick<Step, "kind" | "mode" | "expected">;

function planApply({ graph: { stack, nodes }, creates }: Apply, durations: Durations): Part {
  const begin = "terraform's start";
  const facts = new Map<string, StepFacts>([[begin, { mode: "program", expected: durations.start }]]);
  const namesOf = new Map(nodes.map((node) => [node.address, instanceNames(node, creates(node))]));
  const tasks: Task[] = [{ name: begin, seconds: durations.start.seconds, after: [] }];
  for (const node of nodes) {
    const after = [begin, ...beforeOf(node, { nodes, namesOf })];
    const expected = node.mode === "data" ? durations.read(node.kind) : durations.create(node.kind);
    for (const name of namesOf.get(node.address) ?? []) {
      tasks.push({ name, seconds: expected.seconds, after });
      facts.set(name, { kind: node.kind, mode: node.mode === "data" ? "read" : "create", expected });
    }
  }
  const { tasks: scheduled, critical, seconds, unlimitedSeconds } = scheduleTasks(tasks);
  const stepOf = ({ name, after, start, end, slack, waitedForPlace }: ScheduledTask): Step => ({
    ...{ name, stack, after, start, end, slack, waitedForPlace },
    ...(facts.get(name) ?? { mode: "program", expected: durations.start }),
  });
  return { steps: scheduled.map(stepOf), critical: critical.map(stepOf), seconds, unlimitedSeconds };
}

/** Steps before a node. A block without an instance here passes on what it waits for itself. */
function beforeOf(
  { after }: StackNode,
  known: {
    readonly nodes: readonly StackNode[];
    readonly namesOf: ReadonlyMap<string, readonly string[]>;
  },
): readonly string[] {
  const names = after.flatMap((address) => {
    const own = known.namesOf.get(address) ?? [];
    if (own.length > 0) return own;
    const node = known.nodes.find((each) => each.address === address);
    return node === undefined ? [] : beforeOf(node, known);
  });
  return [...new Set(names)];
}

function instanceNames({ address, instances }: StackNode, count: number): readonly string[] {
  if (count === 1 && instances === 1) return [address];
  return Array.from({ length: count }, (_, index) => `${address}[${index}]`);
}
