/** How websockets are served, in the emulator and in its carriers. */
export const WEBSOCKETS = {
  noServer: true,
  clientTracking: false,
  perMessageDeflate: false,
  maxPayload: 4 * 1024 * 1024,
} as const;
