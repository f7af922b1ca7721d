import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/**
 * When a living process started, in the system's own words. With the pid it distinguishes a process from a later one that was
 * given the same pid. Undefined when there is none, or only a zombie; throws when the system could not be asked, as
 * when this process has no file descriptor left: that is not the same.
 */
export function processStart(pid: number): string | undefined {
  if (process.platform === "linux") {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      // The name in brackets may hold spaces and brackets itself: fields are counted from the last one.
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return fields[0] === "Z" ? undefined : fields[19];
    } catch (error) {
      if (isGone(error)) return undefined;
      throw error;
    }
  }
  try {
    const start = execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], {
      encoding: "utf8",
      stdio: "pipe",
    }).trim();
    return start === "" ? undefined : start;
  } catch (error) {
    // ps exits with 1 if the process does not exist.
    if ((error as { status?: unknown }).status === 1) return undefined;
    throw error;
  }
}

function isGone(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "ENOENT" || code === "ESRCH";
}
