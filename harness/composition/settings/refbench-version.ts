import { readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { childEnvironment } from "../../model/environment/child-environment.ts";
import type { RefbenchProvenance } from "../../model/record/record.ts";
import { parseJson } from "../../tools/parse-json.ts";
import { packageFile } from "../../../reference-architectures/package-file.ts";

const PROJECT = realpathSync(packageFile());

/** Replaces the folder of the checkout in a record, so that no path of a user is published. */
const CHECKOUT = "<checkout>";

/** The largest length of git's message in a record. */
const LONGEST_WHY = 500;

/** Returns the version, and the commit if refbench runs from a git checkout, else why it is not known. */
export async function refbenchVersion(
  project = PROJECT,
  /** The environment of the shell. */
  env: NodeJS.ProcessEnv = process.env,
): Promise<RefbenchProvenance> {
  const { version } = z
    .object({ version: z.string() })
    .parse(parseJson(readFileSync(join(project, "package.json"), "utf8")));
  const { execa } = await import("execa");
  const git = async (...args: readonly string[]): Promise<string> => {
    const { stdout } = await execa("git", args, {
      cwd: project,
      // In English, and without variables such as GIT_DIR, which name another checkout.
      env: { ...childEnvironment("git", env), LC_ALL: "C", GIT_OPTIONAL_LOCKS: "0" },
      extendEnv: false,
    });
    return stdout;
  };
  try {
    const top = await git("rev-parse", "--show-toplevel");
    if (top !== project)
      return { version, noCommit: "refbench lies in another repository and is no checkout of its own" };
    const commit = await git("rev-parse", "--verify", "HEAD");
    // Markdown changes no figure: a night writes its table into a README, and the next night must still be official.
    const changes = await git("status", "--porcelain", "--untracked-files=no", "--", ".", ":(exclude)*.md");
    return { version, commit, dirty: changes !== "" };
  } catch (error) {
    return { version, noCommit: whyOf(error).replaceAll(project, CHECKOUT).slice(0, LONGEST_WHY) };
  }
}

const gitFailure = z.object({ code: z.string().optional(), stderr: z.string().optional() });

function whyOf(error: unknown): string {
  const { code, stderr = "" } = gitFailure.catch({}).parse(error);
  if (code === "ENOENT") return "git is not on PATH";
  const said = stderr.replaceAll(/\s+/g, " ").trim();
  return said === "" ? "git failed and said nothing" : `git said "${said}"`;
}

/**
 * Why no record of this refbench can be part of the table, in one sentence with the next step; undefined if it can. An
 * installation that is not a checkout has no commit either.
 */
export function whyUnofficial({ commit, dirty = false, noCommit }: RefbenchProvenance): string | undefined {
  if (commit === undefined) {
    const why = noCommit?.replaceAll(CHECKOUT, PROJECT) ?? "no reason is known";
    return `no commit of this refbench is known: ${why}; its records are unofficial and in no table: run it from a git checkout that git reads`;
  }
  if (!dirty) return undefined;
  return `this checkout has changes in no commit (beside ${commit.slice(0, 12)}); its records are unofficial and in no table: commit or undo them ("git status" names them)`;
}
