/** What a machine gets after its run's expiry: a teardown that began then must find Coder alive to empty it. */
export const TEARDOWN_SECONDS = 3_600;
