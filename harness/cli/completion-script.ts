import type { Command, Option } from "commander";

/** Shells that refbench writes a completion for. */
export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

/** A command with what may follow it. */
interface Place {
  /** Its words, such as `results list`; empty = the program. */
  readonly path: string;
  readonly commands: readonly string[];
  readonly options: readonly Option[];
  /** Values that its first argument is chosen from. */
  readonly values: readonly string[];
}

/** The completion script of a program whose commands are all loaded. */
export function completionScript(program: Command, shell: Shell): string {
  const places = placesOf(program);
  switch (shell) {
    case "bash":
      return bash(places);
    case "zsh":
      return `autoload -U +X bashcompinit && bashcompinit\n${bash(places)}`;
    case "fish":
      return fish(places);
  }
}

function placesOf(command: Command, path = ""): readonly Place[] {
  const visible = command.createHelp().visibleCommands(command);
  const below = visible.filter((child) => child.name() !== "help");
  return [
    {
      path,
      commands: below.map((child) => child.name()),
      options: command.options.filter(({ hidden, long }) => !hidden && long !== undefined),
      values: command.registeredArguments[0]?.argChoices ?? [],
    },
    ...below.flatMap((child) => placesOf(child, `${path} ${child.name()}`.trim())),
  ];
}

function bash(places: readonly Place[]): string {
  const words = places.map(
    ({ path, commands, options, values }) =>
      `    '${path}') words='${[...commands, ...values, ...options.map(({ long }) => long), "--help"].join(" ")}' ;;`,
  );
  const choices = places.flatMap(({ path, options }) =>
    options
      .filter(({ argChoices }) => argChoices !== undefined)
      .map(({ long, argChoices = [] }) => `    '${path} ${long ?? ""}') words='${argChoices.join(" ")}' ;;`),
  );
  const commands = places.filter(({ path }) => path !== "").map(({ path }) => `'${path}'`);
  return `_refbench() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" path='' words='' word next i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    next="\${path:+$path }$word"
    case "$next" in
    ${commands.join(" | ")}) path="$next" ;;
    esac
  done
  case "$path" in
${words.join("\n")}
  esac
  case "$path $previous" in
${choices.join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _refbench refbench
`;
}

function fish(places: readonly Place[]): string {
  const lines = places.flatMap(({ path, commands, options, values }) => {
    const names = path.split(" ").filter((name) => name !== "");
    const isHere =
      names.length === 0
        ? "__fish_use_subcommand"
        : names.map((name) => `__fish_seen_subcommand_from ${name}`).join("; and ");
    const complete = `complete -c refbench -n '${isHere}'`;
    const words = [...commands, ...values];
    // One word of them is enough: behind it come flags, or the words of a command below.
    const isOpen =
      names.length === 0 ? isHere : `${isHere}; and not __fish_seen_subcommand_from ${words.join(" ")}`;
    return [
      ...words.map((word) => `complete -c refbench -n '${isOpen}' -f -a ${word}`),
      `${complete} -l help`,
      ...options.map(({ long = "", argChoices, required }) => {
        const choice = argChoices === undefined ? "" : ` -f -a '${argChoices.join(" ")}'`;
        return `${complete} -l ${long.slice(2)}${required ? " -r" : ""}${choice}`;
      }),
    ];
  });
  return `${lines.join("\n")}\n`;
}
