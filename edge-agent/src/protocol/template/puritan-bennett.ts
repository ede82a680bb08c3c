/** Puritan Bennett: send settings, monitored data and alarm status once. */
export const PURITAN_BENNETT = {
  "puritan-bennett.report": "SNDF\r",
} as const;
