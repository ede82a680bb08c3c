/** Puritan Bennett: send settings and monitored data once, with every alarm or with a few of them. */
export const PURITAN_BENNETT = {
  "puritan-bennett.report": "SNDF\r",
  "puritan-bennett.settings-and-data": "SNDA\r",
} as const;
