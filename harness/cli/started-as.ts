import { basename, relative } from "node:path";
import { shellWord } from "../tools/shell-word.ts";

/** How a command of refbench begins in texts, records and tests, however the user started refbench. */
const CANONICAL = "refbench";

/** How this process was started. */
interface Start {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** The path of the program, as Node has it in `process.argv`. */
  readonly script: string | undefined;
}

/**
 * The words with which the user started refbench, and with which a suggested command must begin to work again:
 * `npx refbench`, `npm run refbench --`, `node bin/refbench.js` or `refbench`.
 */
export function startedAs({ env, cwd, script = "" }: Start): string {
  const { npm_command: npm, npm_lifecycle_event: event } = env;
  if (npm === "exec" && event === "npx") return `npx ${CANONICAL}`;
  if (npm === "run-script" && event === CANONICAL) return `npm run ${CANONICAL} --`;
  if (/[/\\]node_modules[/\\]\.bin[/\\]/.test(script)) return `npx ${CANONICAL}`;
  if (basename(script) !== `${CANONICAL}.js`) return CANONICAL;
  const near = relative(cwd, script);
  const path = near.length < script.length ? near : script;
  return `node ${shellWord(path)}`;
}

/**
 * Returns a function that lets each command in a text begin with `start`. `names` are the commands of refbench. JSON
 * is left as it is: programs compare it, and it is the same however refbench was started.
 */
export function commandsStartedAs(start: string, names: readonly string[]): (text: string) => string {
  const command = new RegExp(
    // "Database of refbench run 01jd…" is not a command.
    `(?<![\\w/.@-])(?<!\\b(?:of|a|another) )(?:npx )?${CANONICAL}(?= (?:${names.join("|")}|--\\w+)\\b)`,
    "g",
  );
  return (text) => (start === CANONICAL || /^\s*[[{]/.test(text) ? text : text.replace(command, () => start));
}
