import type { Option } from "commander";
import { markdownTable } from "./generated-pages.ts";
import { type DocumentedCommand, visibleCommands } from "./program.ts";

/** A heading for each command, with its arguments, flags, defaults and variables. */
export async function commandReference(): Promise<string> {
  return (await visibleCommands())
    .filter(({ path }) => path !== "refbench")
    .map(section)
    .join("\n\n");
}

function section({ path, command }: DocumentedCommand): string {
  const help = command.createHelp();
  const options = help.visibleOptions(command).filter(({ long }) => long !== "--help");
  const args = help.visibleArguments(command);
  const names = command.aliases().map((alias) => `Also: \`${path.replace(/\S+$/, alias)}\`.`);
  return [
    `${path.split(" ").length > 2 ? "###" : "##"} ${path}`,
    sentence(command.description()),
    ...names,
    command.commands.length > 0 ? "" : `\`\`\`text\n${usageOf(path, command.usage())}\n\`\`\``,
    args.length === 0
      ? ""
      : markdownTable(
          ["argument", "meaning"],
          args.map((argument) => [
            `\`${help.argumentTerm(argument)}\``,
            literal(help.argumentDescription(argument)),
          ]),
        ),
    ...byGroup(options).map(([group, flags]) =>
      [
        group === "" ? "" : `**${group.replace(/:$/, "")}**`,
        markdownTable(
          ["flag", "meaning", "variable"],
          flags.map((option) => [
            `\`${help.optionTerm(option)}\``,
            literal(withoutVariable(help.optionDescription(option))),
            option.envVar === undefined ? "" : `\`${option.envVar}\``,
          ]),
        ),
      ].join("\n\n"),
    ),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

/** Flags under the headings that the command's help gives them, in its order. */
function byGroup(options: readonly Option[]): readonly [string, readonly Option[]][] {
  const groups = new Map<string, Option[]>();
  for (const option of options) {
    const heading = option.helpGroupHeading ?? "";
    groups.set(heading, [...(groups.get(heading) ?? []), option]);
  }
  return [...groups];
}

function usageOf(path: string, usage: string): string {
  return `${path} ${usage}`.trim();
}

function sentence(description: string): string {
  return `${literal(description.charAt(0).toUpperCase() + description.slice(1))}.`;
}

/** A description without its variable, which has its own column, and without a list that is empty by default. */
function withoutVariable(description: string): string {
  return description
    .replace(/ \(default: \[\]\)/, "")
    .replace(/,? ?env: \w+\)$/, ")")
    .replace(/ \(\)$/, "");
}

/** Text in which nothing is markup. */
function literal(text: string): string {
  return text.replaceAll(/[<*]/g, "\\$&");
}
