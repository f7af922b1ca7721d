import { RefbenchError } from "../../tools/error.ts";
import { ruleOf } from "./shell-variables.ts";

/** The shell's variables that this process does without: its libraries would read them. */
export function removedVariables(shell: NodeJS.ProcessEnv): readonly string[] {
  return Object.keys(shell).filter((name) => ruleOf(name)?.removed !== undefined);
}

/** The shell's environment without what could change a run. */
export function ownEnvironment(shell: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const removed = new Set(removedVariables(shell));
  return Object.fromEntries(Object.entries(shell).filter(([name]) => !removed.has(name)));
}

/** One line that names the variables which somebody may have meant for the run; undefined when there are none. */
export function removedNote(shell: NodeJS.ProcessEnv): string | undefined {
  const names = removedVariables(shell).filter(
    (name) => ruleOf(name)?.removed === "said" && shell[name] !== "",
  );
  if (names.length === 0) return undefined;
  const [subject, verb] = names.length === 1 ? ["it", "is"] : ["they", "are"];
  return `${names.sort().join(", ")} of this shell ${verb} ignored: ${subject} would change what is measured or where its state lies (docs/environment.md)`;
}

/** Options that only size the heap or print warnings: they run no code of another and hide nothing. */
const HARMLESS =
  /^--(max[-_]old[-_]space[-_]size|max[-_]semi[-_]space[-_]size|stack[-_]trace[-_]limit)(=\d+)?$|^--((no[-_])?(warnings|deprecation)|trace[-_](warnings|deprecation|uncaught)|enable[-_]source[-_]maps)$|^\d+$/;

/**
 * Refuses variables that Node has obeyed before the first line of refbench ran, so that taking them out helps no more.
 * Throws `usage` with the command that continues.
 */
export function refuseObeyed(shell: NodeJS.ProcessEnv): void {
  const options = (shell["NODE_OPTIONS"] ?? "").trim();
  const wrong = options.split(/\s+/).find((word) => word !== "" && !HARMLESS.test(word));
  if (wrong !== undefined) {
    throw new RefbenchError(
      "usage",
      `NODE_OPTIONS holds "${wrong}", and Node has obeyed it already: expected none, or sizes of the heap such as --max-old-space-size=4096; run "env -u NODE_OPTIONS refbench …"`,
    );
  }
  const debug = ["NODE_DEBUG", "NODE_DEBUG_NATIVE"].find((name) => (shell[name] ?? "") !== "");
  if (debug !== undefined) {
    throw new RefbenchError(
      "usage",
      `${debug} is "${shell[debug] ?? ""}", with which Node prints headers, and so secrets: expected none; run "env -u ${debug} refbench …"`,
    );
  }
}
