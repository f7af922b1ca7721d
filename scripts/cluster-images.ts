/**
 * Makes the root file systems of two images from this machine's own files, so that a cluster without a registry can run
 * them: `refbench-node:1` runs Node, `refbench-emulator:1` serves the emulator on port 7080. Prints one line an image:
 * its tag, its folder, its entrypoint as JSON. Exit codes: 0 made, 2 a wrong flag.
 */
import { execFile } from "node:child_process";
import { copyFile, mkdir, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Command } from "commander";
import { packageFile } from "../reference-architectures/package-file.ts";
import { bundle } from "../rehearsal/bundle.ts";
import { fillNodeFolder, NODE } from "./cluster-images/node-folder.ts";

const { folder, each } = new Command("cluster-images")
  .description("makes the folders of the images that tests on a real cluster use, without a registry")
  .option("--folder <folder>", "where to make them; it must not hold any yet")
  .option("--each <program>", "runs it for each image with its tag, its folder and its entrypoint as JSON")
  .parse()
  .opts<{ readonly folder?: string; readonly each?: string }>();

const root = folder ?? (await mkdtemp(join(tmpdir(), "refbench-images-")));
const images = [
  { tag: "refbench-node:1", folder: join(root, "node"), entrypoint: [NODE] },
  { tag: "refbench-emulator:1", folder: join(root, "emulator"), entrypoint: [NODE, "/emulator.mjs"] },
];
for (const image of images) {
  await mkdir(image.folder, { recursive: true });
  await fillNodeFolder(image.folder);
  if (image.tag.startsWith("refbench-emulator"))
    await copyFile(
      await bundle(packageFile("scripts/cluster-images/serve-emulator.ts")),
      join(image.folder, "emulator.mjs"),
    );
  const words = [image.tag, image.folder, JSON.stringify(image.entrypoint)];
  process.stdout.write(`${words.join(" ")}\n`);
  if (each !== undefined) {
    const [program = "", ...first] = each.split(" ");
    const { stdout, stderr } = await promisify(execFile)(program, [...first, ...words]);
    process.stderr.write(stderr + stdout);
  }
}
