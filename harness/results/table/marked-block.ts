import { readFile, realpath, stat } from "node:fs/promises";
import { messageOf, RefbenchError } from "../../tools/error.ts";
import { replaceFile } from "../../tools/files/replace-file.ts";

const BEGIN = Buffer.from("<!-- refbench:table -->");
const END = Buffer.from("<!-- /refbench:table -->");

/** Replaces the text between a file's markers and no other byte. Refuses a file without exactly one pair. */
export async function writeMarkedBlock(path: string, text: string): Promise<void> {
  const before = await readFile(path).catch((error: unknown) => {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    throw new RefbenchError(
      "usage",
      missing
        ? `${path} does not exist: create it with the lines ${BEGIN.toString()} and ${END.toString()}, and the table goes between them`
        : `cannot read ${path}: ${messageOf(error)}`,
      { cause: error },
    );
  });
  const after = withBlock(before, text, path);
  if (!after.equals(before)) await replace(path, after);
}

/** Returns the file's bytes with this text between its markers. */
function withBlock(file: Buffer, text: string, path: string): Buffer {
  const [begins, ends] = [placesOf(BEGIN, file), placesOf(END, file)];
  const [[begin], [end]] = [begins, ends];
  if (begin === undefined || end === undefined || begins.length > 1 || ends.length > 1 || end < begin)
    throw new RefbenchError(
      "usage",
      `${path} must contain ${BEGIN.toString()} and ${END.toString()} once each, in this order; found ${begins.length} and ${ends.length}: nothing was written`,
    );
  const from = begin + BEGIN.length;
  return Buffer.concat([
    file.subarray(0, from),
    Buffer.from(`\n\n${withoutComments(text).trimEnd()}\n\n`),
    file.subarray(end),
  ]);
}

/** Escapes comments, so that the text cannot contain a marker. */
function withoutComments(text: string): string {
  return text.replaceAll("<!--", "&lt;!--");
}

function placesOf(marker: Buffer, file: Buffer): readonly number[] {
  const places: number[] = [];
  for (let at = file.indexOf(marker); at !== -1; at = file.indexOf(marker, at + 1)) places.push(at);
  return places;
}

/** Replaces a file atomically, so that a reader sees the old or the new content. A symbolic link remains. */
async function replace(path: string, bytes: Buffer): Promise<void> {
  // A rename works only within a file system.
  const target = await realpath(path);
  try {
    const { mode } = await stat(target);
    await replaceFile(target, bytes, mode & 0o7777);
  } catch (error) {
    throw new RefbenchError(
      "run_folder",
      `cannot write ${path}: ${messageOf(error)}; free space or fix permissions, then write the table again`,
      { cause: error },
    );
  }
}
