import { Option } from "commander";
import { count } from "../../../tools/quantities.ts";
import { refuseFlag } from "../options/reach-options.ts";
import { MOST_WORKSPACES } from "../options/values.ts";
import { addParameterOptions, addTemplateOption, usersOption } from "../options/workspace-options.ts";
import type { ScenarioCommand } from "./scenario-command.ts";

/** As commander returns them. */
interface Flags {
  readonly concurrentEvaluations: number;
  readonly users?: number;
}

/** `scaletest dynamic-parameters`. */
export const dynamicParameters: ScenarioCommand<Flags> = {
  name: "dynamic-parameters",
  does: "open the form of a template many times at once, change a value in each, and verify both answers",
  jobTimeout: "for each answer of a form (default: 30s for the first one, 60s for that to a change)",
  examples: [
    "refbench scaletest dynamic-parameters -t kubernetes --dry-run",
    "refbench scaletest dynamic-parameters -t kubernetes --concurrent-evaluations 500",
  ],
  addOptions(command) {
    addParameterOptions(
      addTemplateOption(command).addOption(
        new Option("--concurrent-evaluations <n>", "forms that are open at once")
          .env("REFBENCH_SCALETEST_CONCURRENT_EVALUATIONS")
          .default(100)
          .argParser(count("--concurrent-evaluations", 1, MOST_WORKSPACES)),
      ),
    ).addOption(usersOption("new users who open the forms in turn (default: you open all of them)"));
    refuseFlag(
      command,
      "--provisioner-tag <tag>",
      "the template exists already, with the tags of its version: remove it",
    );
  },
  read: ({ concurrentEvaluations, users, jobTimeout }) => ({
    ...(jobTimeout === 0 ? {} : { connectTimeout: jobTimeout, runTimeout: jobTimeout }),
    ...(users === undefined ? { useHostLogin: true } : {}),
    ownScenario: { scenario: "dynamic-parameters", dynamicParameters: { concurrentEvaluations } },
  }),
};
