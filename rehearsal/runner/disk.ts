import { join } from "node:path";

/** Folder of the files of what answers on one address of the twin. */
export function folderOfAddress(root: string, host: string): string {
  return join(root, "emulators", host);
}

/** The folder in which a load runner keeps its files. */
export function diskOf(root: string, host: string): string {
  return join(folderOfAddress(root, host), "disk");
}
