import { Option } from "commander";

/** `--licence-file`, of every command that a size with a licence goes through. */
export function licenceFileOption(): Option {
  return new Option("--licence-file <path>", "a Coder licence (or its text in REFBENCH_LICENCE)").env(
    "REFBENCH_LICENCE_FILE",
  );
}
