import { jsonText } from "../../tools/safe-text.ts";
import { Command } from "commander";
import { outputOption } from "../options/output-option.ts";
import { EXIT_CODES } from "../../tools/verdict.ts";
import type { Finding } from "../finding.ts";
import type { Io } from "../../composition/settings/io.ts";

const MARKS = { ok: "ok", missing: "MISSING", unsupported: "TOO OLD", optional: "absent" } as const;

/** `refbench doctor`: what is installed here, what is missing, and how to get it. */
export function doctorCommand(io: Io): Command {
  return new Command("doctor")
    .addOption(outputOption({ forms: ["text", "json"], toFiles: false }))
    .addHelpText("after", "\nExit codes: 0 ready for a rehearsal, 2 something is missing.")
    .action(async ({ output }: { readonly output: string }) => {
      const { checkMachine } = await import("../check-machine.ts");
      const findings = await checkMachine(io.env);
      const ready = findings.every(({ state }) => state === "ok" || state === "optional");
      io.stdout.write(output === "json" ? jsonText({ ready, findings }) : textOf(findings, ready));
      if (!ready) io.exit(EXIT_CODES.usage);
    });
}

function textOf(findings: readonly Finding[], ready: boolean): string {
  const lines = findings.flatMap(({ tool, state, found, wanted, next }) => [
    `${MARKS[state].padEnd(8)} ${tool.padEnd(11)} ${found ?? "not found"} (wanted: ${wanted})`,
    ...(next === undefined ? [] : [`         -> ${next}`]),
  ]);
  const verdict = ready ? "Ready: refbench run gke --rehearse" : "Not ready: see the arrows above.";
  return `${lines.join("\n")}\n\n${verdict}\n`;
}
