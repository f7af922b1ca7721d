import type { RunEvent, StoredEvent } from "../../model/ports/event.ts";
import type { LoadProgress } from "../../model/record/worker-result.ts";
import type { Stage } from "../../model/record/stage.ts";
import type { TerraformProgress } from "../../model/ports/terraform.ts";

/** One stack being changed in one stage. */
export interface StackView {
  readonly stack: string;
  /** Number of changes that are done, plus those in the last plan. */
  readonly planned: number;
  /** Changes that are done, over every attempt: `delete google_compute_network.network`. */
  readonly done: ReadonlySet<string>;
  /** Changes whose last attempt failed. */
  readonly failed: ReadonlySet<string>;
  /** Addresses in progress, the longest first, with their start (milliseconds since the epoch). */
  readonly working: ReadonlyMap<string, number>;
}

/** One stage as the screen shows it. */
export interface StageView {
  readonly stage: Stage;
  readonly startedAt: number;
  readonly finished?: Extract<RunEvent, { readonly type: "stage.finished" }>;
  readonly stacks: readonly StackView[];
}

/** When an activity was first seen (milliseconds since the epoch), and how much was done by then. */
export interface ActivityView {
  readonly name: string;
  readonly sinceMs: number;
  readonly doneBefore: number;
}

/** Everything that a run's events have reported so far. */
export interface ProgressState {
  /** When the first event was reported. */
  readonly startedAt?: number;
  readonly run?: Extract<RunEvent, { readonly type: "run.started" }>;
  readonly stages: readonly StageView[];
  readonly load?: LoadProgress;
  /** The load's present activity. */
  readonly activity?: ActivityView;
  /** The cost so far. */
  readonly cost?: Extract<RunEvent, { readonly type: "cost.progress" }>;
  readonly drain?: Extract<RunEvent, { readonly type: "drain.progress" }>;
  readonly drainActivity?: ActivityView;
  /** The swept items, by kind and name. */
  readonly swept: ReadonlySet<string>;
  readonly audit?: Extract<RunEvent, { readonly type: "audit.finished" }>;
}

export const initialState: ProgressState = { stages: [], swept: new Set() };

/** The state after one more event. */
export function advance(state: ProgressState, event: StoredEvent): ProgressState {
  const at = Date.parse(event.at);
  const next = { ...state, startedAt: state.startedAt ?? at };
  switch (event.type) {
    case "run.started":
      return { ...next, run: event };
    case "stage.started": {
      const others = state.stages.filter(({ stage }) => stage !== event.stage);
      // A repeated stage continues its counts.
      const stacks = state.stages.find(({ stage }) => stage === event.stage)?.stacks ?? [];
      return { ...next, stages: [...others, { stage: event.stage, startedAt: at, stacks }] };
    }
    case "stage.finished":
      return { ...next, stages: finishStage(state.stages, event, at) };
    case "terraform.planned": {
      const { add, change, remove } = event.summary;
      return changeStack(next, event.stack, (view) => ({
        ...view,
        planned: view.done.size + add + change + remove,
        failed: new Set(),
      }));
    }
    case "terraform.progress":
      return changeStack(next, event.stack, (view, stage) =>
        // The destroy ends a terraform that a killed provision left running, and reports its changes.
        stage === "destroy" && event.progress.action !== "delete"
          ? view
          : applyProgress(view, event.progress, at),
      );
    case "load.progress":
      return { ...next, load: event.progress, activity: findActivity(state.activity, event.progress, at) };
    case "cost.progress":
      return { ...next, cost: event };
    case "drain.progress":
      return {
        ...next,
        drain: event,
        drainActivity: state.drainActivity ?? { name: "drain", sinceMs: at, doneBefore: event.deleted },
      };
    case "sweep.removed":
      return { ...next, swept: new Set([...state.swept, `${event.kind} ${event.name}`]) };
    case "audit.finished":
      return { ...next, audit: event };
    case "cost.estimated":
    case "note":
    case "teardown.handed-over":
    case "run.finished":
      return next;
  }
}

function findActivity(
  known: ActivityView | undefined,
  { activity, users, workspaces }: LoadProgress,
  at: number,
): ActivityView {
  if (known?.name === activity) return known;
  const doneBefore = activity === "creating users" ? users : workspaces.deleted;
  return { name: activity, sinceMs: at, doneBefore };
}

function finishStage(
  stages: readonly StageView[],
  event: Extract<RunEvent, { readonly type: "stage.finished" }>,
  at: number,
): readonly StageView[] {
  const known = stages.some(({ stage }) => stage === event.stage);
  // A watcher that started late has not seen its start.
  if (!known) {
    return [...stages, { stage: event.stage, startedAt: at - event.durationMs, stacks: [], finished: event }];
  }
  return stages.map((view) => (view.stage === event.stage ? { ...view, finished: event } : view));
}

/** Changes a stack of the stage that runs now, to which Terraform's events belong. */
function changeStack(
  state: ProgressState,
  stack: string,
  change: (view: StackView, stage: Stage) => StackView,
): ProgressState {
  const current = state.stages.findLast((view) => view.finished === undefined);
  if (current === undefined) return state;
  const fresh: StackView = {
    stack,
    planned: 0,
    done: new Set(),
    failed: new Set(),
    working: new Map(),
  };
  const known = current.stacks.some((view) => view.stack === stack);
  const stacks = (known ? current.stacks : [...current.stacks, fresh]).map((view) =>
    view.stack === stack ? change(view, current.stage) : view,
  );
  return {
    ...state,
    stages: state.stages.map((view) => (view === current ? { ...view, stacks } : view)),
  };
}

function applyProgress(
  view: StackView,
  { address, action, state }: TerraformProgress,
  at: number,
): StackView {
  if (action === "read") return view;
  const working = new Map(view.working);
  if (state === "started") working.set(address, at);
  if (state === "complete" || state === "failed") working.delete(address);
  const key = `${action} ${address}`;
  const done = new Set(view.done);
  const failed = new Set(view.failed);
  if (state === "complete") done.add(key);
  if (state === "failed") failed.add(key);
  else failed.delete(key);
  // Changes that a killed process left are done without a plan of this process.
  return { ...view, working, done, failed, planned: Math.max(view.planned, done.size) };
}
