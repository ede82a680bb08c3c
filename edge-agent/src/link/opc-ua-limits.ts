/** From the first byte to a session that can be read, ms. Apart from the library, so that the link need not load it. */
export const OPEN_TIMEOUT_MS = 3_000;
