import { join } from "node:path";

/** Folder of the files of what answers on one address of the twin. */
export function folderOfAddress(root: string, host: string): string {
  return join(root, "emulators", host);
}

/** Where a load runner keeps what it is given. */
export function diskOf(root: string, host: string): string {
  return join(folderOfAddress(root, host), "disk");
}
