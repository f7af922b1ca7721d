/** As Coder names the client that it offers to a kind of machine. */
export function clientName({
  platform,
  arch,
}: {
  readonly platform: NodeJS.Platform;
  readonly arch: string;
}): string {
  const processor = { x64: "amd64", arm: "armv7" }[arch] ?? arch;
  return platform === "win32" ? `coder-windows-${processor}.exe` : `coder-${platform}-${processor}`;
}
