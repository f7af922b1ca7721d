/** What an ARN says of the type of its resource. */
export interface Arn {
  readonly service: string;
  /** `<service>:<type>`, such as `ec2:vpc`; `<service>` alone where the resource has no type (an S3 bucket). */
  readonly type: string;
  readonly region: string;
  /** What follows the type. */
  readonly name: string;
}

/** Takes an ARN apart; undefined when it is none. */
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
