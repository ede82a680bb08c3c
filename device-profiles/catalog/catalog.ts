import type { Profile } from "../src/profile/define-profile.ts";
import defibReady1 from "./defibrillator/defib-ready-1.profile.ts";
import defibReady1Serial from "./defibrillator/defib-ready-1-serial.profile.ts";
import mri1 from "./imaging/mri-1.profile.ts";
import alarisAsenaGh from "./infusion-pump/alaris-asena-gh.profile.ts";
import orchestraModuleDps from "./infusion-pump/orchestra-module-dps.profile.ts";
import pumpRack1 from "./infusion-pump/pump-rack-1.profile.ts";
import gasPanel2 from "./medical-gas/gas-panel-2.profile.ts";
import apollo from "./ventilator/apollo.profile.ts";
import evitaV500 from "./ventilator/evita-v500.profile.ts";
import evitaXl from "./ventilator/evita-xl.profile.ts";
import puritanBennett840 from "./ventilator/puritan-bennett-840.profile.ts";
import puritanBennett840Snda from "./ventilator/puritan-bennett-840-snda.profile.ts";
import puritanBennett980 from "./ventilator/puritan-bennett-980.profile.ts";

const PROFILES: readonly Profile[] = [
  puritanBennett840,
  puritanBennett980,
  puritanBennett840Snda,
  evitaXl,
  evitaV500,
  apollo,
  alarisAsenaGh,
  orchestraModuleDps,
  defibReady1,
  defibReady1Serial,
  pumpRack1,
  gasPanel2,
  mri1,
];

/** Every profile that this version ships, by id. The cloud reads no more of one than its ProfileCore. */
export const CATALOG: ReadonlyMap<string, Profile> = new Map(PROFILES.map((profile) => [profile.id, profile]));

/** The profile with this id, or null when this version does not know it. */
export const profileOf = (id: string): Profile | null => CATALOG.get(id) ?? null;
