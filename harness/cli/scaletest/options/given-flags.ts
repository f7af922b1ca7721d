import type { Command } from "commander";
import { basename } from "node:path";
import { configuredWords } from "../../config/apply-config.ts";
import { isOn } from "../../../loads/request/values.ts";

/** Flags that no record holds, each with its reason. */
export const NOT_RECORDED: Readonly<Record<string, string>> = {
  "--url": "the record names its deployment anyway",
  "--deployment-id": "the record names its deployment anyway",
  "--session-file": "leads to a secret, on one machine",
  "--token": "a secret, and refused",
  "--header": "may hold a secret",
  "--proxy": "may hold a secret",
  "--ca-file": "a file of one machine, trusted or not",
  "--coder-binary": "a file of one machine; the record's conditions name its version",
  "--kubeconfig": "a file of one machine",
  "--context": "a name in a file of one machine; the record's conditions name the nodes",
  "--coder-namespace": "says what is observed, which the record lists itself",
  "--ssh-client": "a program on one machine; the record's conditions name its version",
  "--coder-client-sha256": "a program on one machine; the record's conditions name its version",
  "--metrics-url": "an address inside the user's network; the record has what it served",
  "--prometheus": "an address inside the user's network; the record has what it answered",
  "--metrics-header-file": "leads to a secret, on one machine",
  "--postgres-url-file": "leads to a secret, on one machine",
  "--cleanup-timeout": "says when a cleanup is given up, after the figures",
  "--cleanup-job-timeout": "says when a cleanup is given up, after the figures",
  "--output": "where the result is written",
  "--dry-run": "makes no load, and no record",
};

/** Switches whose variables are read beside commander, since Coder's utility takes `0` and `false` for off. */
const SWITCHES: Readonly<Record<string, string>> = {
  "--use-host-login": "CODER_SCALETEST_USE_HOST_LOGIN",
  "--no-wait-for-agents": "CODER_SCALETEST_NO_WAIT_FOR_AGENTS",
  "--no-cleanup": "CODER_SCALETEST_NO_CLEANUP",
  "--run-expect-timeout": "CODER_SCALETEST_RUN_EXPECT_TIMEOUT",
};

/** Files that are named without the folder they lie in, which is nobody else's. */
const FILES = new Set(["--rich-parameter-file", "--schedule"]);

/** The words of a command that was parsed, with what an environment switches on. */
export type GivenFlags = (env: NodeJS.ProcessEnv) => readonly string[];

/**
 * Follows what a command is given, by flags, by variables and by the config file, from before it is parsed: its words,
 * for the record of its load.
 */
export function followFlags(command: Command): GivenFlags {
  const typed: (readonly string[])[] = [];
  const wordsOf = (name: string, value?: string | null): readonly string[] => [
    name,
    ...(value == null ? [] : [FILES.has(name) ? basename(value) : value]),
  ];
  for (const option of command.options) {
    const { long: name } = option;
    if (name === undefined || name in NOT_RECORDED) continue;
    const keep = (value?: string | null): unknown => typed.push(wordsOf(name, value));
    command.on(`option:${option.name()}`, keep).on(`optionEnv:${option.name()}`, keep);
  }
  return (env) => {
    const configured = configuredWords(command)
      .filter(([name]) => !(name in NOT_RECORDED))
      .map((words) => wordsOf(...words));
    const given = [...typed, ...configured];
    const known = new Set(command.options.map(({ long }) => long));
    const isGiven = new Set(given.map(([name]) => name));
    const switched = Object.entries(SWITCHES).flatMap(([name, variable]) =>
      known.has(name) && !isGiven.has(name) && isOn(undefined, variable, env) ? [name] : [],
    );
    return [command.name(), ...given.flat(), ...switched];
  };
}
