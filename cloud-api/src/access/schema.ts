import Type, { type Static } from "typebox";
import { RegistryId } from "../platform/schema.ts";

export const ROLES = ["biomedical-engineer", "bed-manager", "ward", "porter", "installer", "administrator"] as const;
export const Role = Type.Enum([...ROLES], { title: "Role" });
export type Role = (typeof ROLES)[number];

const Email = Type.String({ minLength: 3, maxLength: 254, pattern: "^[^@\\s]+@[^@\\s]+$" });
/** Length is what makes a password strong; the upper bound keeps one sign-in from costing a second of hashing input. */
const NewPassword = Type.String({ minLength: 12, maxLength: 256 });

export const User = Type.Object(
  { id: Type.String(), email: Type.String(), name: Type.String(), role: Type.Enum([...ROLES]) },
  { title: "User" },
);
export type User = Static<typeof User>;

export const SignIn = Type.Object({ email: Email, password: Type.String({ minLength: 1, maxLength: 256 }) });

/** Who is signed in, and which hospital this is; what every page needs first. */
export const Session = Type.Object(
  {
    user: User,
    site: Type.Union([
      Type.Object({ id: RegistryId, name: Type.String(), timeZone: Type.String(), simulated: Type.Boolean() }),
      Type.Null(),
    ]),
  },
  { title: "Session" },
);
export type Session = Static<typeof Session>;

export const NewUser = Type.Object({
  email: Email,
  name: Type.String({ minLength: 1, maxLength: 120 }),
  role: Type.Enum([...ROLES]),
  password: NewPassword,
});
export type NewUser = Static<typeof NewUser>;

export const UserList = Type.Object({ users: Type.Array(User) }, { title: "UserList" });

/** What the pages before sign-in have to know: is the one-time set-up still open, and is this hospital a simulated one. */
export const SetupState = Type.Object({ open: Type.Boolean(), simulated: Type.Boolean() }, { title: "SetupState" });

/** The one-time set-up: the token of the printed link makes the first administrator. */
export const Setup = Type.Object({
  token: Type.String({ minLength: 16, maxLength: 128 }),
  email: Email,
  name: Type.String({ minLength: 1, maxLength: 120 }),
  password: NewPassword,
});
