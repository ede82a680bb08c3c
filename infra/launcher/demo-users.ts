import { randomBytes } from "node:crypto";
import { ApiClient, ApiRefusal } from "./api-client.ts";
import { type DataFolder, readJson, writeSecretJson } from "./data-folder.ts";
import { StartError } from "./start-error.ts";

export interface DemoUser {
  role: string;
  name: string;
  email: string;
  password: string;
}

/** RFC 2606 keeps .example for ever: no mail to these addresses can reach anybody. */
const PEOPLE = [
  ["administrator", "Ada Administrator", "admin@hospital.example"],
  ["biomedical-engineer", "Bea Engineer", "engineer@hospital.example"],
  ["bed-manager", "Ben Manager", "beds@hospital.example"],
  ["ward", "Wes Ward", "ward@hospital.example"],
  ["porter", "Pia Porter", "porter@hospital.example"],
  ["installer", "Ian Installer", "installer@hospital.example"],
] as const;

const PASSWORD_BYTES = 12;

/** The demo's people: made once for each data folder, with random passwords that stand in it readable by its owner alone. */
export function demoUsersOf(folder: DataFolder): DemoUser[] {
  const file = folder.file("demo-users.json");
  const known = usersIn(readJson(file));
  if (known !== null) return known;
  const users = PEOPLE.map(([role, name, email]) => ({
    role,
    name,
    email,
    password: randomBytes(PASSWORD_BYTES).toString("base64url"),
  }));
  writeSecretJson(file, users);
  return users;
}

/** Signs in as the demo's administrator, going through the one-time set-up and making the other people where needed. */
export async function signInDemo(
  apiUrl: string,
  users: readonly DemoUser[],
  setupUrl: string | null,
): Promise<ApiClient> {
  const api = new ApiClient(apiUrl);
  const [admin, ...others] = users;
  if (admin === undefined) throw new Error("the demo has no people");
  const { email, name, password } = admin;
  if (setupUrl !== null) {
    const token = new URL(setupUrl).hash.replace("#token=", "");
    await api.request("POST", "/setup", { token, email, name, password });
  } else {
    await api.request("POST", "/session", { email, password }).catch((error: unknown) => {
      if (!(error instanceof ApiRefusal) || error.status !== 401) throw error;
      throw new StartError(
        "The database already has people of its own, so no demo is added to it; start with --no-demo, or with an empty database.",
        { cause: error },
      );
    });
  }
  for (const person of others) {
    await api.request("POST", "/users", person).catch((error: unknown) => {
      if (!(error instanceof ApiRefusal) || error.status !== 409) throw error;
    });
  }
  return api;
}

function usersIn(value: unknown): DemoUser[] | null {
  if (!Array.isArray(value)) return null;
  const users = value.filter(isUser);
  return users.length === PEOPLE.length ? users : null;
}

const isUser = (value: unknown): value is DemoUser =>
  typeof value === "object" &&
  value !== null &&
  ["role", "name", "email", "password"].every((key) => typeof Reflect.get(value, key) === "string");
