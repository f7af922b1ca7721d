import type { AwsSession } from "../../aws/session.ts";
import type { OwnerMarker } from "../../sweep/owner-marker/owner-marker.ts";
import type { PreflightContext } from "../context.ts";
import type { AwsSource } from "./credential-source.ts";

/** The input of AWS checks; `project` is the account. */
export interface AwsContext extends PreflightContext {
  readonly credential: AwsSource;
  /** Sends requests in the architecture's region. */
  readonly send: (signal: AbortSignal) => AwsSession["send"];
  readonly marker: OwnerMarker;
}
