import { CATALOG } from "@wardtwin/device-profiles/catalog";
import type { Profile } from "@wardtwin/device-profiles/profile/define-profile";
import { isSame, type JsonObject } from "@wardtwin/device-profiles/vocabulary/json";
import { fail, ok, type Result } from "@wardtwin/device-profiles/vocabulary/result";
import { type AgentSettings, whyUnread } from "./config.ts";
import { applied, type Judged } from "./desired/judge.ts";
import { keepWish, keptWish } from "./desired/kept.ts";
import { reportOf } from "./desired/report.ts";
import type { Log } from "./log.ts";
import { catalogWith } from "./own-profiles.ts";

/** The gateway's own settings and the wish of the cloud on top of them; kept on the disk, so that a start without the cloud has them. */
export class SettingsInForce {
  readonly #log: Log;
  #settings: AgentSettings;
  #wish: JsonObject;
  #judged: Judged;

  constructor(settings: AgentSettings, log: Log) {
    this.#log = log;
    this.#settings = settings;
    this.#wish = keptWish(settings.dataDir);
    this.#judged = this.#judge();
  }

  /** What holds now. */
  get now(): Judged {
    return this.#judged;
  }

  /** Judges a wish and keeps it. @returns what holds from now on */
  take(wish: JsonObject): Judged {
    const isNew = !isSame(wish, this.#wish);
    this.#wish = wish;
    this.#judged = this.#judge();
    if (isNew) this.#keep();
    return this.#judged;
  }

  /** What this gateway says of itself. */
  report(agentVersion: string): JsonObject {
    const { credentialsSetOn } = this.#settings;
    return reportOf(this.#judged, this.#wish, { agentVersion, credentialsSetOn });
  }

  #judge(): Judged {
    const judged = applied(this.#settings, this.#wish, { profile: profilesOf(this.#settings.profilesDir), whyUnread });
    // A profile that was taken is the one that runs; it does not go back when nobody wishes for it any more.
    const lines = this.#settings.lines.map((line) => ({
      ...line,
      profile: judged.lines.get(line.id)?.profile ?? line.profile,
    }));
    this.#settings = { ...this.#settings, lines };
    return judged;
  }

  #keep(): void {
    const { taken, refused, revision } = this.#judged;
    this.#log.info({ revision, taken: taken.length, refused: refused.length }, "other settings are wished");
    try {
      keepWish(this.#settings.dataDir, this.#wish);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#log.warn({ reason }, "the wish was not kept: a start without the cloud will not have it");
    }
  }
}

/** The profiles as they lie on the gateway at this moment, read when the first is asked for. */
function profilesOf(dir: string | null): (id: string) => Result<Profile, string> {
  let read: Result<ReadonlyMap<string, Profile>, string> | null = null;
  return (id) => {
    read ??= dir === null ? ok(CATALOG) : catalogWith(dir);
    if (!read.ok) return read;
    const profile = read.value.get(id);
    return profile === undefined ? fail(`no profile "${id}" is there any more`) : ok(profile);
  };
}
