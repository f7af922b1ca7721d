import { readFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { z } from "zod";

const PROJECT = join(import.meta.dirname, "..", "..");

/** Which refbench this is: its version, and the commit when it runs from a git checkout. */
export async function refbenchVersion(
  project = PROJECT,
): Promise<{ version: string; commit?: string; dirty?: boolean }> {
  const { version } = z
    .object({ version: z.string() })
    .parse(JSON.parse(readFileSync(join(project, "package.json"), "utf8")));
  try {
    const git = execa({ cwd: project });
    const { stdout: top } = await git`git rev-parse --show-toplevel`;
    if (top !== project) return { version };
    const { stdout: commit } = await git`git rev-parse HEAD`;
    // Prose measures nothing: a night writes its table into a README, and the next one must be official still.
    const { stdout: changes } = await git`git status --porcelain --untracked-files=no -- . :(exclude)*.md`;
    return { version, commit, dirty: changes !== "" };
  } catch {
    return { version };
  }
}
