/** Compiles refbench's command line and its programs into `dist`: `npm run build`. */
import { buildRefbench } from "./build/build-refbench.ts";

const { files, written } = await buildRefbench();
process.stdout.write(`${files} files in dist, ${written} of them new\n`);
