/**
 * Whether AWS's answer to "who am I" names this user or role. A role that is assumed answers as a session, without the
 * role's path; the name of a role is unique in its account.
 */
export function isCaller(callerArn: string, principalArn: string): boolean {
  if (callerArn === principalArn) return true;
  const session = /^arn:(aws[\w-]*):sts::(\d+):assumed-role\/([^/]+)\//.exec(callerArn);
  const role = /^arn:(aws[\w-]*):iam::(\d+):role\/(?:.*\/)?([^/]+)$/.exec(principalArn);
  if (session === null || role === null) return false;
  return session.slice(1).join(" ") === role.slice(1).join(" ");
}
