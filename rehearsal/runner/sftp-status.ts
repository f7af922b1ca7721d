import ssh2 from "ssh2";

const { STATUS_CODE } = ssh2.utils.sftp;

/** The protocol's answer in place of an errno. */
export class SftpError extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`SFTP status ${status}`);
    this.status = status;
  }
}

/** The protocol's word for what went wrong. */
export function sftpStatus(error: unknown): number {
  if (error instanceof SftpError) return error.status;
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT") return STATUS_CODE.NO_SUCH_FILE;
  if (code === "EACCES" || code === "EPERM") return STATUS_CODE.PERMISSION_DENIED;
  return STATUS_CODE.FAILURE;
}
