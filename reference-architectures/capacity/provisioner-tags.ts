/** The form of provisioner tags. Coder itself sets `scope` and `owner`. */
export const PROVISIONER_TAGS =
  /^$|^(?!(scope|owner)=)[a-zA-Z][\w.-]*=[\w.-]+(,(?!(scope|owner)=)[a-zA-Z][\w.-]*=[\w.-]+)*$/;

/** Returns tags as Coder's API reads them: an object of texts. */
export function parseProvisionerTags(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    text
      .split(",")
      .filter((tag) => tag !== "")
      .map((tag) => tag.split("=", 2) as [string, string]),
  );
}
