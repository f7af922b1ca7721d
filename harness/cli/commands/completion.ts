import { Argument, Command } from "commander";
import type { Io } from "../../composition/settings/io.ts";
import { addHelpNotes } from "../help-notes.ts";
import { completionScript, type Shell, SHELLS } from "../completion-script.ts";

/** `refbench completion <shell>`: the script that lets a shell complete commands and flags. */
export function completionCommand(io: Io, whole: () => Promise<Command>): Command {
  const command = new Command("completion").addArgument(
    new Argument("<shell>", "the shell to complete in").choices(SHELLS),
  );
  return addHelpNotes(command, {
    examples: [
      "refbench completion bash >> ~/.bashrc",
      "refbench completion zsh >> ~/.zshrc",
      "refbench completion fish > ~/.config/fish/completions/refbench.fish",
    ],
  }).action(async (shell: Shell) => {
    io.stdout.write(completionScript(await whole(), shell));
  });
}
