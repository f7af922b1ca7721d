import { Command } from "commander";
import { recordJsonSchema } from "../../results/output/json-schema.ts";
import type { Io } from "../../composition/settings/io.ts";

/** `refbench results schema`. */
export function schemaCommand(io: Io): Command {
  return new Command("schema")
    .description("the JSON schema of a record, as it is published")
    .action(() => void io.stdout.write(recordJsonSchema()));
}
