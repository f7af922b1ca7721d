const BLOCK = 512;

/** Returns the text files of a ustar archive by name; other entries are skipped. */
export function readTar(archive: Buffer): Map<string, string> {
  const files = new Map<string, string>();
  let offset = 0;
  while (offset + BLOCK <= archive.length) {
    const header = archive.subarray(offset, offset + BLOCK);
    const name = text(header, 0, 100);
    if (name === "") break;
    const size = parseInt(text(header, 124, 12).trim() || "0", 8);
    const kind = String.fromCharCode(header[156] ?? 0);
    const prefix = text(header, 257, 5) === "ustar" ? text(header, 345, 155) : "";
    const start = offset + BLOCK;
    if (kind === "0" || kind === "\0") {
      const path = prefix === "" ? name : `${prefix}/${name}`;
      files.set(path.replace(/^\.\//, ""), archive.toString("utf8", start, start + size));
    }
    offset = start + Math.ceil(size / BLOCK) * BLOCK;
  }
  return files;
}

function text(buffer: Buffer, start: number, length: number): string {
  const field = buffer.toString("utf8", start, start + length);
  const end = field.indexOf("\0");
  return end === -1 ? field : field.slice(0, end);
}
