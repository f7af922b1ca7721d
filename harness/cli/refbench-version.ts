import { readFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { z } from "zod";

const PROJECT = join(import.meta.dirname, "..", "..");

/** Which refbench this is: its version, and the commit when it runs from a git checkout. */
export async function refbenchVersion(): Promise<{ version: string; commit?: string; dirty?: boolean }> {
  const { version } = z
    .object({ version: z.string() })
    .parse(JSON.parse(readFileSync(join(PROJECT, "package.json"), "utf8")));
  try {
    const git = execa({ cwd: PROJECT });
    const { stdout: top } = await git`git rev-parse --show-toplevel`;
    if (top !== PROJECT) return { version };
    const { stdout: commit } = await git`git rev-parse HEAD`;
    const { stdout: changes } = await git`git status --porcelain --untracked-files=no`;
    return { version, commit, dirty: changes !== "" };
  } catch {
    return { version };
  }
}
