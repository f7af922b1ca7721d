import { Option } from "commander";

/** `--schedule`. */
export function scheduleOption(): Option {
  return new Option(
    "--schedule <file>",
    "mixed: YAML or JSON with periods and the loads that begin and end by them (default: Coder's own pattern)",
  );
}
