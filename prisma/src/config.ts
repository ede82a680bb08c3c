/** Where the environment is read, for the commands of this package; everything else is handed its connection. */
export const databaseUrl: string | null = process.env["DATABASE_URL"] || null;
