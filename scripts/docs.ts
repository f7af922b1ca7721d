/** Writes the parts of `docs/` that are made from the program. A test compares them with the files. */
import { writeFile } from "node:fs/promises";
import { generatedPages } from "./docs/generated-pages.ts";

for (const { path, text } of await generatedPages()) await writeFile(path, text);
