type Detail = Record<string, string | number>;
interface Kind {
  status: number;
  title: string;
  /** What was wrong and what to do, for a person. */
  say: (detail: Detail) => string;
}

/** Everything that a caller can ask wrongly. One row makes a status, a title and a sentence. */
const KINDS = {
  "request.invalid": { status: 400, title: "Invalid request", say: (d) => `${d["what"]}` },
  "request.too-large": {
    status: 413,
    title: "Request too large",
    say: () => "The body of this request is too large; send less at a time.",
  },
  "request.media-type": {
    status: 415,
    title: "Media type not supported",
    say: () => "Bodies are read as application/json alone; send JSON and say so in Content-Type.",
  },
  "request.not-found": {
    status: 404,
    title: "Not found",
    say: (d) => `There is nothing at ${d["method"]} ${d["path"]}; see /api/v1/openapi.json for what there is.`,
  },
  "request.too-many": {
    status: 429,
    title: "Too many requests",
    say: (d) => `Too many requests; try again in ${d["retryAfterS"]} s.`,
  },
  "platform.database-away": {
    status: 503,
    title: "Database out of reach",
    say: () => "The database does not answer right now; nothing was changed. Try again in a few seconds.",
  },
  "access.sign-in-needed": {
    status: 401,
    title: "Sign-in needed",
    say: () => "Sign in first: POST /api/v1/session, or the sign-in page.",
  },
  "access.sign-in-refused": {
    status: 401,
    title: "Sign-in refused",
    say: () => "This e-mail address and password do not belong together; check both.",
  },
  "access.forbidden": {
    status: 403,
    title: "Not permitted",
    say: (d) => `The role ${d["role"]} may not do this; it is for ${d["allowed"]}.`,
  },
  "access.cross-site": {
    status: 403,
    title: "Request from another site",
    say: () => "Changes are accepted only from the console's own pages or from programs that send no Origin header.",
  },
  "access.setup-closed": {
    status: 409,
    title: "Set-up is done",
    say: () => "The first administrator already exists; sign in, or ask them for an account.",
  },
  "access.setup-token-invalid": {
    status: 403,
    title: "Set-up link not valid",
    say: () => "This set-up link is not valid any more; start Wardtwin again without demo to print a new one.",
  },
  "access.email-taken": {
    status: 409,
    title: "E-mail address taken",
    say: (d) => `There is already an account for ${d["email"]}; choose another address.`,
  },
  "fleet.gateway-not-found": {
    status: 404,
    title: "No such gateway",
    say: (d) => `There is no gateway ${d["id"]}; import it into the registry first.`,
  },
  "fleet.certificate-not-found": {
    status: 404,
    title: "No such certificate",
    say: (d) => `The gateway ${d["id"]} has no certificate with the serial number ${d["serial"]}.`,
  },
  "fleet.tag-unknown": {
    status: 404,
    title: "No such device",
    say: (d) =>
      `No device has the id, asset number or serial number ${d["tag"]}; check the tag, or import the device first.`,
  },
  "fleet.tag-ambiguous": {
    status: 409,
    title: "More than one device",
    say: (d) => `More than one device answers to ${d["tag"]}; name it by its id or asset number.`,
  },
  "fleet.sighting-other-profile": {
    status: 409,
    title: "Another kind of device speaks there",
    say: (d) =>
      `What answers on this line is read by the profile ${d["speaks"]}, and ${d["device"]} is registered with ${d["is"]}; check the line and the tag.`,
  },
  "fleet.ward-not-found": { status: 404, title: "No such ward", say: (d) => `There is no ward ${d["id"]}.` },
  "fleet.device-not-found": { status: 404, title: "No such device", say: (d) => `There is no device ${d["id"]}.` },
  "fleet.simulated-mixed": {
    status: 409,
    title: "Simulated and real must not mix",
    say: (d) => `Site ${d["site"]} is ${d["is"]}; import ${d["asked"]} equipment into a site of its own.`,
  },
  "fleet.serial-taken": {
    status: 409,
    title: "Serial number taken",
    say: (d) =>
      `Another device of the site has the manufacturer, model and serial number ${d["serial"]} of ${d["id"]}; a device stands in the registry once.`,
  },
  "fleet.id-elsewhere": {
    status: 409,
    title: "Id taken at another site",
    say: (d) => `The id ${d["id"]} belongs to site ${d["site"]} already; choose another one.`,
  },
  "fleet.reference-missing": {
    status: 400,
    title: "Reference missing",
    say: (d) =>
      `${d["where"]} names ${d["what"]} ${d["id"]}, which is not in the import; a whole registry is imported at once.`,
  },
  "fleet.csr-invalid": {
    status: 400,
    title: "Certificate request not valid",
    say: (d) =>
      `The certificate request cannot be used: ${d["why"]}; send a PKCS#10 request in PEM whose common name is ${d["gateway"]}.`,
  },
  "fleet.claim-not-found": {
    status: 404,
    title: "No such claim",
    say: (d) => `There is no claim ${d["id"]}; GET /api/v1/provisioning-claims lists those that there are.`,
  },
  "fleet.claims-full": {
    status: 409,
    title: "Too many claims",
    say: (d) => `There are ${d["max"]} claims that nobody has used; revoke what is not needed first.`,
  },
  "fleet.client-not-found": {
    status: 404,
    title: "No such certificate",
    say: (d) =>
      `No client of another system has a certificate with the serial number ${d["serial"]}; GET /api/v1/client-certificates lists those that there are.`,
  },
  "device-job.not-found": { status: 404, title: "No such job", say: (d) => `There is no job ${d["id"]}.` },
  "device-job.id-taken": {
    status: 409,
    title: "Job id taken",
    say: (d) => `There is a job ${d["id"]} already; choose another id.`,
  },
  "device-job.thing-unknown": {
    status: 404,
    title: "No such gateway or device",
    say: (d) => `The registry has no gateway and no device ${d["thing"]}; import it first, or correct the id.`,
  },
  "device-job.thing-busy": {
    status: 409,
    title: "Too many jobs",
    say: (d) => `${d["thing"]} has ${d["max"]} jobs that have not ended; wait for some, or cancel them.`,
  },
  "device-job.document-invalid": {
    status: 400,
    title: "Job document not valid",
    say: (d) => `The document of a job is JSON of at most ${d["bytesMax"]} bytes without numbers beyond a double.`,
  },
  "configuration.unsound": {
    status: 400,
    title: "No such setting",
    say: (d) =>
      `What is wished at ${d["at"]} cannot be sent: ${d["why"]}; a gateway knows batchEveryMs, lines.<line>.everyMs.<poll> and profileRevisions.<profile>.`,
  },
  "configuration.conflict": {
    status: 409,
    title: "Wished otherwise meanwhile",
    say: (d) =>
      `Somebody has wished otherwise of ${d["gateway"]} meanwhile, and the revision is ${d["revision"]} now; read it again, then wish.`,
  },
  "configuration.not-taken": {
    status: 503,
    title: "Wish not taken",
    say: (d) => `The shadow of ${d["gateway"]} did not take this wish: ${d["why"]}. Try again in a few seconds.`,
  },
  "twin.topic-invalid": {
    status: 400,
    title: "No such live topic",
    say: (d) =>
      `"${d["topic"]}" is no live topic; use map, ward:<id> or twin:<id>, at most ${d["max"]} of them, separated by commas.`,
  },
  "observation.range-invalid": {
    status: 400,
    title: "Time range not valid",
    say: (d) => `The range must run forward and span at most ${d["daysMax"]} days; ask for less at a time.`,
  },
} as const satisfies Record<string, Kind>;

export type FleetErrorCode = keyof typeof KINDS;

/** The caller asked what cannot be. One hook writes it as problem+json. */
export class FleetError extends Error {
  readonly code: FleetErrorCode;
  readonly detail: Detail;

  constructor(code: FleetErrorCode, detail: Detail = {}, options?: ErrorOptions) {
    super(KINDS[code].say(detail), options);
    this.code = code;
    this.detail = detail;
  }

  get statusCode(): number {
    return KINDS[this.code].status;
  }

  get title(): string {
    return KINDS[this.code].title;
  }
}
