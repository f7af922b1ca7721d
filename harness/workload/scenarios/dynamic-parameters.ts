import type { EvaluatedParameters } from "../../coder/http/schemas.ts";
import type { LoadContext, LoadUser, LoadWorkspace } from "../context/load-context.ts";
import { takeTurns } from "../context/take-turns.ts";
import { countAnswer, type StepOutcome } from "./count-answer.ts";
import { findChange, firstProblem, type ParameterChange, problemOf } from "./parameter-change.ts";
import { type FormAnswer, ParameterForm } from "./parameter-form.ts";
import type { Scenario } from "./scenario.ts";

/** The id of the first answer, which nobody asked for. */
const FIRST_ID = -1;
const CHANGE_ID = 1;

/**
 * The form of the template is opened many times at once, by the users in turn. Each waits for its first answer, changes
 * one value, and waits for the answer with it. Each answer is compared with what was asked.
 */
export const dynamicParameters: Scenario = {
  run,
  check: async (admin, task) => {
    await findChange(admin, task);
  },
};

async function run(
  load: LoadContext,
  _ready: readonly LoadWorkspace[],
  users: readonly LoadUser[],
): Promise<Record<string, never>> {
  const { concurrentEvaluations = 0 } = load.task.dynamicParameters ?? {};
  if (load.signal.aborted) return {};
  load.board.activity = "opening forms";
  const owners = users.filter(({ token }) => token !== "");
  const task = { ...load.task, organizationId: load.organizationId };
  const change = await findChange(load.admin.patient(), task);
  const forms = Array.from({ length: concurrentEvaluations }, (_, index) => owners[index % owners.length]);
  await takeTurns(forms, 0, async (owner, dueMs) => {
    if (load.signal.aborted) return;
    if (owner !== undefined) await useForm(load, change, { owner, dueMs });
    else countAnswer(load, "dynamic-parameters-initial", missing(load, dueMs), NOBODY);
  });
  return {};
}

/** A form that nobody could open is missing in the result. */
const NOBODY: StepOutcome = {
  class: "user-create",
  message: "no user of the load exists who opens the form",
};

function missing({ task }: LoadContext, dueMs: number) {
  return { dueMs, startedMs: dueMs, timeoutMs: task.timeouts.connectMs };
}

/** One form, from when it is due until its changed value has come back. */
async function useForm(
  load: LoadContext,
  change: ParameterChange,
  { owner, dueMs }: { readonly owner: LoadUser; readonly dueMs: number },
): Promise<void> {
  const { http } = load.admin;
  const { connectMs, commandMs } = load.task.timeouts;
  const startedMs = performance.now();
  const form = new ParameterForm(http.transport, {
    versionId: change.versionId,
    token: owner.token,
    // Others' calls would be refused for asking.
    bypassRateLimit: owner.token === load.task.token && http.mayBypassRateLimit,
  });
  const close = (): void => form.close();
  load.signal.addEventListener("abort", close, { once: true });
  try {
    const first = await form.next(connectMs, {
      class: "connect-timeout",
      message: `the form did not answer within ${connectMs} ms`,
    });
    const shown = checked(first, FIRST_ID, (read) => firstProblem(read, change));
    const opened = { dueMs, startedMs, timeoutMs: connectMs };
    if (!countAnswer(load, "dynamic-parameters-initial", opened, shown)) return;
    const sentMs = performance.now();
    form.change(CHANGE_ID, change.inputs);
    const answer = await form.next(commandMs, {
      class: "command-timeout",
      message: `the form did not answer a change within ${commandMs} ms`,
    });
    const changed = checked(answer, CHANGE_ID, (read) => problemOf(read, change));
    const sent = { dueMs: sentMs, startedMs: sentMs, timeoutMs: commandMs };
    countAnswer(load, "dynamic-parameters-change", sent, changed);
  } finally {
    load.signal.removeEventListener("abort", close);
    form.close();
  }
}

/** The answer if it is the one that was asked for and has no problem. */
function checked(
  answer: FormAnswer,
  id: number,
  findProblem: (form: EvaluatedParameters) => string | undefined,
): StepOutcome {
  if (!("form" in answer)) return answer;
  const { form, atMs } = answer;
  const message =
    form.id === id ? findProblem(form) : `the form answered ${form.id}, expected the answer to ${id}`;
  return message === undefined ? { atMs } : { class: "wrong-output", message };
}
