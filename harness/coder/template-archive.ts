import { buffer } from "node:stream/consumers";
import { pack } from "tar-stream";

/** A template's files as the ustar archive that Coder's `/files` takes; equal files give equal bytes. */
export async function templateArchive(files: Readonly<Record<string, string>>): Promise<Buffer> {
  const archive = pack();
  for (const name of Object.keys(files).sort())
    archive.entry({ name, mode: 0o644, mtime: new Date(0) }, files[name] ?? "");
  archive.finalize();
  return buffer(archive);
}
