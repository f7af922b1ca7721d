import { execFile } from "node:child_process";
import { chmod, copyFile, mkdir, realpath, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { findFile } from "../../harness/tools/files/local-files.ts";

/** Where Node lies in the image, as in Node's official images. */
export const NODE = "/usr/local/bin/node";

/** Where Linux distributions keep the certificates of public authorities. */
const CERTIFICATES = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"];

/**
 * Fills a folder with the root file system of an image that runs Node: the Node that runs this code, a shell, their
 * shared libraries, and the few files that programs expect. Linux only. Throws where `ldd` is missing.
 */
export async function fillNodeFolder(root: string): Promise<void> {
  for (const folder of ["tmp", "root", "proc", "sys", "dev", "etc", "usr/local/bin", "bin"])
    await mkdir(join(root, folder), { recursive: true });
  await chmod(join(root, "tmp"), 0o1777);
  await addProgram(root, process.execPath, NODE);
  await addProgram(root, "/bin/sh", "/bin/sh");
  await addProgram(root, "/bin/cat", "/bin/cat");
  await symlink(NODE, join(root, "bin/node"));
  await writeFile(
    join(root, "etc/passwd"),
    "root:x:0:0:root:/root:/bin/sh\nnode:x:1000:1000::/tmp:/bin/sh\n",
  );
  await writeFile(join(root, "etc/group"), "root:x:0:\nnode:x:1000:\n");
  await writeFile(join(root, "etc/nsswitch.conf"), "hosts: files dns\n");
  for (const file of CERTIFICATES)
    if ((await findFile(file)) !== undefined)
      await copy(file, join(root, "etc/ssl/certs/ca-certificates.crt"));
}

/** Copies a program and the shared libraries that it loads. */
async function addProgram(root: string, program: string, to: string): Promise<void> {
  await copy(program, join(root, to));
  await chmod(join(root, to), 0o755);
  for (const library of await sharedLibraries(program)) await copy(library, join(root, library));
}

/** The paths of the shared libraries that a program loads; none for a static program. */
async function sharedLibraries(program: string): Promise<readonly string[]> {
  const { stdout } = await promisify(execFile)("ldd", [await realpath(program)]).catch((error: unknown) => {
    // A static program is an error of ldd's, and needs nothing more.
    if (error instanceof Error && "stderr" in error && String(error.stderr).includes("not a dynamic"))
      return { stdout: "" };
    throw error;
  });
  return [...stdout.matchAll(/(?:=> |^\s*)(\/\S+) \(0x/gm)].map(([, path = ""]) => path);
}

async function copy(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await copyFile(await realpath(from), to);
}
