/** The type of a resource, from its ARN. */
export interface Arn {
  readonly service: string;
  /** `<service>:<type>`, such as `ec2:vpc`. Only `<service>` if the resource has no type (an S3 bucket). */
  readonly type: string;
  readonly region: string;
  /** The part after the type. */
  readonly name: string;
}

/** Splits an ARN; undefined if the text is not an ARN. */
export function parseArn(arn: string): Arn | undefined {
  const [prefix, , service, region, , ...rest] = arn.split(":");
  if (prefix !== "arn" || service === undefined || region === undefined || rest.length === 0)
    return undefined;
  const resource = rest.join(":");
  const split = /^([A-Za-z0-9-]+)[/:](.+)$/.exec(resource);
  if (split === null) return { service, type: service, region, name: resource };
  const [, type = "", name = ""] = split;
  return { service, type: `${service}:${type}`, region, name };
}
