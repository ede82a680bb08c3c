// Generated from the API's OpenAPI document by generate-api.ts; edits are lost.

export interface paths {
    "/api/v1/client-certificates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ClientCertificates"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/client-certificates/{serial}/revocation": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    serial: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["CertificateRevoked"];
                    };
                };
                /** @description Default Response */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/configurations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["GatewayConfigurations"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/device-jobs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["DeviceJobList"];
                    };
                };
            };
        };
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /** @description At most 32 KB of JSON */
                        document: {
                            [key: string]: unknown;
                        };
                        id: string;
                        rolloutPerMin?: number;
                        things: string[];
                        timeoutMin?: number;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["DeviceJobMade"];
                    };
                };
                /** @description Default Response */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description Default Response */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description Default Response */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/device-jobs/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["DeviceJobDetail"];
                    };
                };
                /** @description Default Response */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/device-jobs/{id}/cancellation": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        force?: boolean;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["DeviceJobCanceled"];
                    };
                };
                /** @description Default Response */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/discovered": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["DiscoveredDevices"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/gateways": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["GatewayList"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/gateways/{id}/certificates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["GatewayCertificates"];
                    };
                };
                /** @description Default Response */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        csrPem: string;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["CertificateIssued"];
                    };
                };
                /** @description Default Response */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description Default Response */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/gateways/{id}/certificates/{serial}/revocation": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                    serial: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["CertificateRevoked"];
                    };
                };
                /** @description Default Response */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/gateways/{id}/configuration": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["GatewayConfiguration"];
                    };
                };
                /** @description Default Response */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /** @description The one that this wish is made in sight of */
                        revision: number;
                        settings: {
                            batchEveryMs?: number;
                            lines?: {
                                [key: string]: {
                                    everyMs: {
                                        [key: string]: number;
                                    };
                                };
                            };
                            profileRevisions?: {
                                [key: string]: number;
                            };
                        };
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["GatewayConfiguration"];
                    };
                };
                /** @description Default Response */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description Default Response */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description Default Response */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description Default Response */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/lines/unconfirmed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["UnconfirmedLines"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query: {
                    /** @description map, ward:<id>, twin:<id>, separated by commas */
                    topics: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description text/event-stream */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "text/event-stream": string;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/provisioning-claims": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ClaimList"];
                    };
                };
            };
        };
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /** @default 24 */
                        expiresInH?: number;
                        ward: string;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ClaimMade"];
                    };
                };
                /** @description Default Response */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description Default Response */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description Default Response */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/provisioning-claims/{id}/revocation": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ClaimRevoked"];
                    };
                };
                /** @description Default Response */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/registry/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        bindings: {
                            device: string;
                            gateway: string;
                            line: string;
                            unit: string;
                        }[];
                        devices: {
                            assetNumber?: string;
                            firmware?: string;
                            id: string;
                            /** @enum {unknown} */
                            kind: "ventilator" | "infusion-pump" | "defibrillator" | "imaging" | "medical-gas";
                            manufacturer: string;
                            model: string;
                            profile: string;
                            serial: string;
                            ward: string;
                        }[];
                        gateways: {
                            id: string;
                            name: string;
                            ward: string;
                        }[];
                        site: {
                            id: string;
                            name: string;
                            policy?: {
                                standbyFreeAfterMin?: number;
                            };
                            simulated: boolean;
                            timeZone: string;
                        };
                        wards: {
                            floor: number;
                            id: string;
                            /** @enum {unknown} */
                            kind: "ward" | "store" | "workshop";
                            name: string;
                            order: number;
                        }[];
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["RegistryImported"];
                    };
                };
                /** @description Default Response */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description Default Response */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Session"];
                    };
                };
                /** @description Default Response */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        email: string;
                        password: string;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Session"];
                    };
                };
                /** @description Default Response */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description Default Response */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/setup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SetupState"];
                    };
                };
            };
        };
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        email: string;
                        name: string;
                        password: string;
                        token: string;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Session"];
                    };
                };
                /** @description Default Response */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description Default Response */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sightings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        device: string;
                        place: {
                            gateway: string;
                            line: string;
                            unit: string;
                        };
                        /** @enum {unknown} */
                        source: "scan" | "hand";
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SightingTaken"];
                    };
                };
                /** @description Default Response */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description Default Response */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description Default Response */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/twins": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    cursor?: string;
                    kind?: "ventilator" | "infusion-pump" | "defibrillator" | "imaging" | "medical-gas";
                    ward?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["TwinList"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/twins/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["TwinView"];
                    };
                };
                /** @description Default Response */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/twins/{id}/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query: {
                    from: string;
                    metric: "operatingState" | "deviceLink" | "deviceHealth" | "deviceClockOffsetS" | "operatingTimeH" | "mainsPresent" | "batteryChargePct" | "batteryHealthPct" | "batteryCycleCount" | "batteryAgeMonths" | "selfTestAgeH" | "serviceDue" | "alarmAudioPaused" | "technicalAlarm" | "technicalMalfunctionAlarm" | "acPowerLossAlarm" | "batteryInoperativeAlarm" | "batteryLowAlarm" | "batteryEmptyAlarm" | "powerLossAlarm" | "powerSupplyAlarm" | "onBatteryAlarm" | "communicationLossAlarm" | "internalCommunicationAlarm" | "deviceTemperatureHighAlarm" | "fanAlarm" | "speakerAlarm" | "unclassifiedAlarm" | "clinicalAlarmsPerH" | "occlusionAlarmsPerH" | "disconnectionAlarmsPerH" | "oxygenConcentrationAlarmsPerH" | "ventilationType" | "ventilationMode" | "mandatoryType" | "spontaneousType" | "triggerType" | "patientCategory" | "respiratoryRateSetPerMin" | "tidalVolumeSetMl" | "peakFlowSetLPerMin" | "oxygenConcentrationSetPct" | "pressureTriggerSetCmH2O" | "flowTriggerSetLPerMin" | "peepSetCmH2O" | "plateauTimeSetS" | "inspiratoryPressureSetCmH2O" | "inspiratoryTimeSetS" | "expiratoryTimeSetS" | "ieInspiratorySetRatio" | "ieExpiratorySetRatio" | "bilevelHighSetRatio" | "bilevelLowSetRatio" | "pressureLimitSetCmH2O" | "supportPressureSetCmH2O" | "riseTimeSetPct" | "riseTimeSetS" | "flowPatternSet" | "oxygenSuction" | "baseFlowSetLPerMin" | "rateChangeConstantSet" | "tubeInnerDiameterSetMm" | "tubeTypeSet" | "humidificationTypeSet" | "humidifierVolumeSetMl" | "oxygenSensorSet" | "disconnectSensitivitySetPct" | "proportionalSupportSetPct" | "expiratorySensitivitySetPct" | "expiratorySensitivitySetLPerMin" | "volumeSupportTargetSetMl" | "peepHighSetCmH2O" | "peepLowSetCmH2O" | "peepHighTimeSetS" | "peepLowTimeSetS" | "spontaneousInspiratoryTimeLimitSetS" | "circuitTypeSet" | "leakCompensation" | "apneaIntervalSetS" | "apneaTidalVolumeSetMl" | "apneaRespiratoryRateSetPerMin" | "apneaPeakFlowSetLPerMin" | "apneaOxygenConcentrationSetPct" | "apneaInspiratoryPressureSetCmH2O" | "apneaInspiratoryTimeSetS" | "apneaFlowPatternSet" | "apneaMandatoryTypeSet" | "apneaIeInspiratorySetRatio" | "apneaIeExpiratorySetRatio" | "freshGasFlowSetLPerMin" | "freshGasOxygenSetPct" | "airwayPressureHighLimitCmH2O" | "airwayPressureLowLimitCmH2O" | "minuteVolumeHighLimitLPerMin" | "minuteVolumeLowLimitLPerMin" | "tidalVolumeHighLimitMl" | "tidalVolumeLowLimitMl" | "tidalVolumeMandatoryHighLimitMl" | "tidalVolumeMandatoryLowLimitMl" | "tidalVolumeSpontaneousHighLimitMl" | "tidalVolumeSpontaneousLowLimitMl" | "tidalVolumeInspiredHighLimitMl" | "respiratoryRateHighLimitPerMin" | "respiratoryRateLowLimitPerMin" | "oxygenConcentrationHighLimitPct" | "oxygenConcentrationLowLimitPct" | "peepHighLimitCmH2O" | "peepLowLimitCmH2O" | "airwayTemperatureHighLimitCel" | "apneaAirwayPressureHighLimitCmH2O" | "respiratoryRatePerMin" | "respiratoryRateMandatoryPerMin" | "respiratoryRateSpontaneousPerMin" | "tidalVolumeExpiredMl" | "tidalVolumeInspiredMl" | "tidalVolumeMl" | "tidalVolumeSpontaneousMl" | "tidalVolumeMandatoryMl" | "minuteVolumeExpiredLPerMin" | "minuteVolumeInspiredLPerMin" | "minuteVolumeLPerMin" | "minuteVolumeSpontaneousLPerMin" | "minuteVolumeMandatoryLPerMin" | "airwayPressurePeakCmH2O" | "airwayPressureMeanCmH2O" | "airwayPressureMinCmH2O" | "airwayPressureCmH2O" | "plateauPressureCmH2O" | "endInspiratoryPressureCmH2O" | "peepCmH2O" | "peepIntrinsicCmH2O" | "peepIntrinsicManeuverCmH2O" | "peepTotalManeuverCmH2O" | "ieInspiratoryRatio" | "ieExpiratoryRatio" | "inspiratoryTimeS" | "inspiratoryTimeSpontaneousS" | "inspiratoryTimeSpontaneousPct" | "expiratoryTimeConstantS" | "complianceDynamicMlPerCmH2O" | "complianceStaticMlPerCmH2O" | "compliancePatientMlPerCmH2O" | "resistanceDynamicCmH2OSPerL" | "resistanceStaticCmH2OSPerL" | "resistanceTotalCmH2OSPerL" | "resistancePatientCmH2OSPerL" | "elastanceCmH2OPerL" | "elastancePatientCmH2OPerL" | "rapidShallowBreathingIndexPerMinL" | "peakFlowInspiratoryLPerMin" | "peakFlowSpontaneousLPerMin" | "peakFlowExpiratoryLPerMin" | "endExpiratoryFlowLPerMin" | "negativeInspiratoryForceCmH2O" | "occlusionPressureCmH2O" | "vitalCapacityMl" | "workOfBreathingJPerL" | "oxygenConcentrationExpiredPct" | "carbonDioxideEndTidalMmHg" | "airwayTemperatureCel" | "oxygenConcentrationPct" | "leakPct" | "leakAtPeepLPerMin" | "leakVolumeMl" | "leakLPerMin" | "circuitLeakMlPerMin" | "circuitComplianceMlPerCmH2O" | "hoseComplianceMlPerCmH2O" | "hoseResistanceCmH2OSPerL" | "oxygenSensorBiasPct" | "oxygenSupplyPressureKPa" | "ambientPressureHPa" | "airTemperatureCel" | "relativeHumidityPct" | "airConsumptionL" | "oxygenConsumptionL" | "gasConsumptionL" | "deviceFlowLPerMin" | "freshGasAirFlowLPerMin" | "freshGasOxygenFlowLPerMin" | "leakTestAgeH" | "tidalVolumeResidualPct" | "oxygenConcentrationResidualPct" | "peepResidualCmH2O" | "deviceCheck" | "calibrationDue" | "airSupplyLowAlarm" | "oxygenSupplyLowAlarm" | "gasSupplyHighAlarm" | "gasSupplyFailureAlarm" | "compressorInoperativeAlarm" | "procedureErrorAlarm" | "oxygenSensorInoperativeAlarm" | "oxygenSensorNotCalibratedAlarm" | "flowSensorAlarm" | "flowCalibrationAlarm" | "expiratoryValveAlarm" | "pressureMeasurementAlarm" | "volumeMeasurementAlarm" | "gasMixerAlarm" | "blowerTemperatureHighAlarm" | "coolingAlarm" | "humidifierAlarm" | "hoseSystemAlarm" | "ambientSensorAlarm" | "temperatureSensorAlarm" | "gasMeasurementAlarm" | "nebuliserAlarm" | "leakageAlarm" | "nitrousOxideSupplyLowAlarm" | "gasCylinderAlarm" | "consumableAlarm" | "readinessIndicator" | "selfTestEnergy" | "selfTestCharge" | "selfTestBattery" | "selfTestPads" | "selfTestEcgCable" | "selfTestSpeaker" | "selfTestMemory" | "selfTestClock" | "testEnergySetJ" | "testEnergyDeliveredJ" | "testEnergyResidualPct" | "chargeTimeS" | "capacitorChargeCount" | "padsImpedanceOhm" | "padsExpiryD" | "onCharger" | "docked" | "reportPending" | "infusionRateMlPerH" | "volumeInfusedMl" | "linePressureMmHg" | "bolusRateMlPerH" | "bolusVolumeMl" | "occlusionCount" | "motorRunTimeH" | "pumpControl" | "pumpErrorCode" | "driveDisengagedAlarm" | "pressureTransducerAlarm" | "coldHeadTemperatureK" | "coldHeadRunTimeH" | "heliumLevelPct" | "heliumPressureKPa" | "chillerSupplyTemperatureCel" | "chillerFlowLPerMin" | "examinationCount" | "magnetAtField" | "chillerAlarm" | "oxygenLinePressureKPa" | "airLinePressureKPa" | "vacuumPressureKPa" | "primarySourcePressureKPa" | "reserveSourcePressureKPa" | "airDewPointCel" | "oxygenFlowLPerMin" | "compressorRunTimeH" | "compressorStartCount" | "oxygenPressureHighLimitKPa" | "oxygenPressureLowLimitKPa" | "oxygenPressureHighAlarm" | "oxygenPressureLowAlarm" | "airPressureLowAlarm" | "vacuumLowAlarm" | "primarySourceEmptyAlarm" | "reserveSourceLowAlarm" | "plantFaultAlarm";
                    to: string;
                };
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["History"];
                    };
                };
                /** @description Default Response */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description Default Response */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description Default Response */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/twins/{id}/states": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query: {
                    days: number;
                };
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["StateRibbon"];
                    };
                };
                /** @description Default Response */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/twins/{id}/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Usage"];
                    };
                };
                /** @description Default Response */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["UserList"];
                    };
                };
                /** @description Default Response */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        email: string;
                        name: string;
                        password: string;
                        /** @enum {unknown} */
                        role: "biomedical-engineer" | "bed-manager" | "ward" | "porter" | "installer" | "administrator";
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["User"];
                    };
                };
                /** @description Default Response */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/wards": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["WardMap"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/wards/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["WardView"];
                    };
                };
                /** @description Default Response */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** CertificateIssued */
        CertificateIssued: {
            caPem: string;
            certificatePem: string;
            /** Format: date-time */
            notAfter: string;
        };
        /** CertificateRevoked */
        CertificateRevoked: {
            /** Format: date-time */
            revokedAt: string;
            serial: string;
        };
        /** ClaimList */
        ClaimList: {
            claims: {
                /** Format: date-time */
                createdAt: string;
                createdBy: string;
                /** Format: date-time */
                expiresAt: string;
                id: string;
                revokedAt: string | null;
                site: string;
                usedAt: string | null;
                usedBy: string | null;
                ward: string;
            }[];
        };
        /** ClaimMade */
        ClaimMade: {
            caPem: string;
            certificatePem: string;
            expiresAt: string;
            id: string;
            privateKeyPem: string;
            simulated: boolean;
            site: string;
            ward: string;
        };
        /** ClaimRevoked */
        ClaimRevoked: {
            id: string;
            /** Format: date-time */
            revokedAt: string;
        };
        /** ClientCertificates */
        ClientCertificates: {
            certificates: {
                /** Format: date-time */
                issuedAt: string;
                issuedBy: string;
                name: string;
                /** Format: date-time */
                notAfter: string;
                revokedAt: string | null;
                serial: string;
                /** @enum {unknown} */
                shadows: "none" | "read" | "write";
                site: string;
            }[];
        };
        /** DeviceJobCanceled */
        DeviceJobCanceled: {
            executions: number;
            id: string;
        };
        /** DeviceJobDetail */
        DeviceJobDetail: {
            /** Format: date-time */
            createdAt: string;
            createdBy: string;
            document: {
                [key: string]: unknown;
            };
            executions: {
                cancelAsked: boolean;
                /** Format: date-time */
                queuedAt: string;
                startedAt: string | null;
                /** @enum {unknown} */
                status: "HELD" | "QUEUED" | "IN_PROGRESS" | "FAILED" | "SUCCEEDED" | "CANCELED" | "TIMED_OUT" | "REJECTED" | "REMOVED";
                statusDetails: {
                    [key: string]: string;
                };
                thing: string;
                /** Format: date-time */
                updatedAt: string;
                version: number;
            }[];
            id: string;
            timeoutMin: number | null;
        };
        /** DeviceJobList */
        DeviceJobList: {
            jobs: {
                counts: {
                    [key: string]: number;
                };
                /** Format: date-time */
                createdAt: string;
                createdBy: string;
                id: string;
            }[];
        };
        /** DeviceJobMade */
        DeviceJobMade: {
            id: string;
            things: number;
        };
        /** DiscoveredDevices */
        DiscoveredDevices: {
            devices: {
                boundTo: string | null;
                device: string | null;
                firmware: string | null;
                /** Format: date-time */
                firstAt: string;
                /** Format: date-time */
                lastAt: string;
                manufacturer: string | null;
                model: string | null;
                place: {
                    gateway: string;
                    line: string;
                    unit: string;
                };
                profile: string;
                serial: string;
                /** @enum {unknown} */
                standing: "unregistered" | "elsewhere" | "conflict" | "overruled";
            }[];
        };
        /** GatewayCertificates */
        GatewayCertificates: {
            certificates: {
                /** Format: date-time */
                issuedAt: string;
                issuedBy: string;
                /** Format: date-time */
                notAfter: string;
                revokedAt: string | null;
                serial: string;
            }[];
        };
        /** GatewayConfiguration */
        GatewayConfiguration: {
            agentVersion: string | null;
            credentials: {
                line: string;
                /** @description YYYY-MM-DD, at the gateway itself */
                setOn: string;
            }[];
            gateway: string;
            /** @description What the gateway reads by */
            profileRevisions: {
                [key: string]: number;
            };
            /** @description Counts the wishes; 0 where there was none */
            revision: number;
            settings: {
                batchEveryMs?: number;
                lines?: {
                    [key: string]: {
                        everyMs: {
                            [key: string]: number;
                        };
                    };
                };
                profileRevisions?: {
                    [key: string]: number;
                };
            };
            since: string | null;
            /**
             * @description pending: the gateway has not judged the last wish; refused: some of it; none: nothing is wished
             * @enum {unknown}
             */
            state: "none" | "pending" | "applied" | "refused";
            wishes: {
                /** @description Its place in the settings as a JSON pointer, RFC 6901 */
                at: string;
                inForce: number | null;
                reason: string | null;
                since: string | null;
                /** @enum {unknown} */
                state: "pending" | "applied" | "refused";
                wanted: number | null;
            }[];
        };
        /** GatewayConfigurations */
        GatewayConfigurations: {
            configurations: components["schemas"]["GatewayConfiguration"][];
        };
        /** GatewayList */
        GatewayList: {
            gateways: {
                id: string;
                lastBatchAt: string | null;
                /** @enum {unknown} */
                link: "online" | "offline" | "unknown";
                linkSince: string | null;
                name: string;
                outbox: {
                    /** @description The cloud has them; kept for about a day in case it loses them */
                    acknowledged: number;
                    /** Format: date-time */
                    at: string;
                    /** @description Given up unacknowledged, because no more fitted or they had waited too long */
                    dropped: number;
                    /** @description That no disk took, since the agent started */
                    lost: number;
                    oldestWaitingMs: number | null;
                    /** @description Sent again and again and never acknowledged; kept, and sent no more */
                    quarantined: number;
                    /** @description Kept with fewer readings than were taken */
                    thinned: number;
                    waiting: number;
                } | null;
                simulated: boolean;
                ward: string;
            }[];
        };
        /** History */
        History: {
            device: string;
            /** @enum {unknown} */
            metric: "operatingState" | "deviceLink" | "deviceHealth" | "deviceClockOffsetS" | "operatingTimeH" | "mainsPresent" | "batteryChargePct" | "batteryHealthPct" | "batteryCycleCount" | "batteryAgeMonths" | "selfTestAgeH" | "serviceDue" | "alarmAudioPaused" | "technicalAlarm" | "technicalMalfunctionAlarm" | "acPowerLossAlarm" | "batteryInoperativeAlarm" | "batteryLowAlarm" | "batteryEmptyAlarm" | "powerLossAlarm" | "powerSupplyAlarm" | "onBatteryAlarm" | "communicationLossAlarm" | "internalCommunicationAlarm" | "deviceTemperatureHighAlarm" | "fanAlarm" | "speakerAlarm" | "unclassifiedAlarm" | "clinicalAlarmsPerH" | "occlusionAlarmsPerH" | "disconnectionAlarmsPerH" | "oxygenConcentrationAlarmsPerH" | "ventilationType" | "ventilationMode" | "mandatoryType" | "spontaneousType" | "triggerType" | "patientCategory" | "respiratoryRateSetPerMin" | "tidalVolumeSetMl" | "peakFlowSetLPerMin" | "oxygenConcentrationSetPct" | "pressureTriggerSetCmH2O" | "flowTriggerSetLPerMin" | "peepSetCmH2O" | "plateauTimeSetS" | "inspiratoryPressureSetCmH2O" | "inspiratoryTimeSetS" | "expiratoryTimeSetS" | "ieInspiratorySetRatio" | "ieExpiratorySetRatio" | "bilevelHighSetRatio" | "bilevelLowSetRatio" | "pressureLimitSetCmH2O" | "supportPressureSetCmH2O" | "riseTimeSetPct" | "riseTimeSetS" | "flowPatternSet" | "oxygenSuction" | "baseFlowSetLPerMin" | "rateChangeConstantSet" | "tubeInnerDiameterSetMm" | "tubeTypeSet" | "humidificationTypeSet" | "humidifierVolumeSetMl" | "oxygenSensorSet" | "disconnectSensitivitySetPct" | "proportionalSupportSetPct" | "expiratorySensitivitySetPct" | "expiratorySensitivitySetLPerMin" | "volumeSupportTargetSetMl" | "peepHighSetCmH2O" | "peepLowSetCmH2O" | "peepHighTimeSetS" | "peepLowTimeSetS" | "spontaneousInspiratoryTimeLimitSetS" | "circuitTypeSet" | "leakCompensation" | "apneaIntervalSetS" | "apneaTidalVolumeSetMl" | "apneaRespiratoryRateSetPerMin" | "apneaPeakFlowSetLPerMin" | "apneaOxygenConcentrationSetPct" | "apneaInspiratoryPressureSetCmH2O" | "apneaInspiratoryTimeSetS" | "apneaFlowPatternSet" | "apneaMandatoryTypeSet" | "apneaIeInspiratorySetRatio" | "apneaIeExpiratorySetRatio" | "freshGasFlowSetLPerMin" | "freshGasOxygenSetPct" | "airwayPressureHighLimitCmH2O" | "airwayPressureLowLimitCmH2O" | "minuteVolumeHighLimitLPerMin" | "minuteVolumeLowLimitLPerMin" | "tidalVolumeHighLimitMl" | "tidalVolumeLowLimitMl" | "tidalVolumeMandatoryHighLimitMl" | "tidalVolumeMandatoryLowLimitMl" | "tidalVolumeSpontaneousHighLimitMl" | "tidalVolumeSpontaneousLowLimitMl" | "tidalVolumeInspiredHighLimitMl" | "respiratoryRateHighLimitPerMin" | "respiratoryRateLowLimitPerMin" | "oxygenConcentrationHighLimitPct" | "oxygenConcentrationLowLimitPct" | "peepHighLimitCmH2O" | "peepLowLimitCmH2O" | "airwayTemperatureHighLimitCel" | "apneaAirwayPressureHighLimitCmH2O" | "respiratoryRatePerMin" | "respiratoryRateMandatoryPerMin" | "respiratoryRateSpontaneousPerMin" | "tidalVolumeExpiredMl" | "tidalVolumeInspiredMl" | "tidalVolumeMl" | "tidalVolumeSpontaneousMl" | "tidalVolumeMandatoryMl" | "minuteVolumeExpiredLPerMin" | "minuteVolumeInspiredLPerMin" | "minuteVolumeLPerMin" | "minuteVolumeSpontaneousLPerMin" | "minuteVolumeMandatoryLPerMin" | "airwayPressurePeakCmH2O" | "airwayPressureMeanCmH2O" | "airwayPressureMinCmH2O" | "airwayPressureCmH2O" | "plateauPressureCmH2O" | "endInspiratoryPressureCmH2O" | "peepCmH2O" | "peepIntrinsicCmH2O" | "peepIntrinsicManeuverCmH2O" | "peepTotalManeuverCmH2O" | "ieInspiratoryRatio" | "ieExpiratoryRatio" | "inspiratoryTimeS" | "inspiratoryTimeSpontaneousS" | "inspiratoryTimeSpontaneousPct" | "expiratoryTimeConstantS" | "complianceDynamicMlPerCmH2O" | "complianceStaticMlPerCmH2O" | "compliancePatientMlPerCmH2O" | "resistanceDynamicCmH2OSPerL" | "resistanceStaticCmH2OSPerL" | "resistanceTotalCmH2OSPerL" | "resistancePatientCmH2OSPerL" | "elastanceCmH2OPerL" | "elastancePatientCmH2OPerL" | "rapidShallowBreathingIndexPerMinL" | "peakFlowInspiratoryLPerMin" | "peakFlowSpontaneousLPerMin" | "peakFlowExpiratoryLPerMin" | "endExpiratoryFlowLPerMin" | "negativeInspiratoryForceCmH2O" | "occlusionPressureCmH2O" | "vitalCapacityMl" | "workOfBreathingJPerL" | "oxygenConcentrationExpiredPct" | "carbonDioxideEndTidalMmHg" | "airwayTemperatureCel" | "oxygenConcentrationPct" | "leakPct" | "leakAtPeepLPerMin" | "leakVolumeMl" | "leakLPerMin" | "circuitLeakMlPerMin" | "circuitComplianceMlPerCmH2O" | "hoseComplianceMlPerCmH2O" | "hoseResistanceCmH2OSPerL" | "oxygenSensorBiasPct" | "oxygenSupplyPressureKPa" | "ambientPressureHPa" | "airTemperatureCel" | "relativeHumidityPct" | "airConsumptionL" | "oxygenConsumptionL" | "gasConsumptionL" | "deviceFlowLPerMin" | "freshGasAirFlowLPerMin" | "freshGasOxygenFlowLPerMin" | "leakTestAgeH" | "tidalVolumeResidualPct" | "oxygenConcentrationResidualPct" | "peepResidualCmH2O" | "deviceCheck" | "calibrationDue" | "airSupplyLowAlarm" | "oxygenSupplyLowAlarm" | "gasSupplyHighAlarm" | "gasSupplyFailureAlarm" | "compressorInoperativeAlarm" | "procedureErrorAlarm" | "oxygenSensorInoperativeAlarm" | "oxygenSensorNotCalibratedAlarm" | "flowSensorAlarm" | "flowCalibrationAlarm" | "expiratoryValveAlarm" | "pressureMeasurementAlarm" | "volumeMeasurementAlarm" | "gasMixerAlarm" | "blowerTemperatureHighAlarm" | "coolingAlarm" | "humidifierAlarm" | "hoseSystemAlarm" | "ambientSensorAlarm" | "temperatureSensorAlarm" | "gasMeasurementAlarm" | "nebuliserAlarm" | "leakageAlarm" | "nitrousOxideSupplyLowAlarm" | "gasCylinderAlarm" | "consumableAlarm" | "readinessIndicator" | "selfTestEnergy" | "selfTestCharge" | "selfTestBattery" | "selfTestPads" | "selfTestEcgCable" | "selfTestSpeaker" | "selfTestMemory" | "selfTestClock" | "testEnergySetJ" | "testEnergyDeliveredJ" | "testEnergyResidualPct" | "chargeTimeS" | "capacitorChargeCount" | "padsImpedanceOhm" | "padsExpiryD" | "onCharger" | "docked" | "reportPending" | "infusionRateMlPerH" | "volumeInfusedMl" | "linePressureMmHg" | "bolusRateMlPerH" | "bolusVolumeMl" | "occlusionCount" | "motorRunTimeH" | "pumpControl" | "pumpErrorCode" | "driveDisengagedAlarm" | "pressureTransducerAlarm" | "coldHeadTemperatureK" | "coldHeadRunTimeH" | "heliumLevelPct" | "heliumPressureKPa" | "chillerSupplyTemperatureCel" | "chillerFlowLPerMin" | "examinationCount" | "magnetAtField" | "chillerAlarm" | "oxygenLinePressureKPa" | "airLinePressureKPa" | "vacuumPressureKPa" | "primarySourcePressureKPa" | "reserveSourcePressureKPa" | "airDewPointCel" | "oxygenFlowLPerMin" | "compressorRunTimeH" | "compressorStartCount" | "oxygenPressureHighLimitKPa" | "oxygenPressureLowLimitKPa" | "oxygenPressureHighAlarm" | "oxygenPressureLowAlarm" | "airPressureLowAlarm" | "vacuumLowAlarm" | "primarySourceEmptyAlarm" | "reserveSourceLowAlarm" | "plantFaultAlarm";
            points: {
                /** Format: date-time */
                at: string;
                count: number;
                max: number;
                mean: number;
                min: number;
            }[];
            /** @enum {unknown} */
            step: "1min";
            ucum: string;
        };
        /** Problem */
        Problem: {
            code: string;
            detail: string;
            status: number;
            title: string;
            type: string;
        };
        /** RegistryImported */
        RegistryImported: {
            bindings: number;
            devices: number;
            gateways: number;
            wards: number;
        };
        /** Session */
        Session: {
            site: {
                id: string;
                name: string;
                simulated: boolean;
                timeZone: string;
            } | null;
            user: components["schemas"]["User"];
        };
        /** SetupState */
        SetupState: {
            open: boolean;
            simulated: boolean;
        };
        /** SightingTaken */
        SightingTaken: {
            answers: boolean;
            device: string;
            place: {
                gateway: string;
                line: string;
                unit: string;
            };
        };
        /** StateRibbon */
        StateRibbon: {
            device: string;
            /** Format: date-time */
            from: string;
            stretches: {
                /** Format: date-time */
                from: string;
                /** @enum {unknown} */
                state: "unknown" | "off" | "standby" | "in-use" | "self-test";
                /** Format: date-time */
                to: string;
            }[];
            /** Format: date-time */
            to: string;
        };
        /** TwinList */
        TwinList: {
            next: string | null;
            twins: {
                assetNumber: string | null;
                /** @enum {unknown} */
                availability: "in-use" | "ready" | "to-verify" | "blocked" | "unknown";
                id: string;
                identityHold: ("not-as-expected" | "missing" | "expired" | "unconfirmed" | "unverified" | "conflict") | null;
                /** @enum {unknown} */
                kind: "ventilator" | "infusion-pump" | "defibrillator" | "imaging" | "medical-gas";
                manufacturer: string;
                model: string;
                newestAt: string | null;
                /** @enum {unknown} */
                operating: "unknown" | "off" | "standby" | "in-use" | "self-test";
                serial: string;
                ward: string;
            }[];
        };
        /** TwinView */
        TwinView: {
            assetNumber: string | null;
            /** Format: date-time */
            at: string;
            connectivity: {
                device: {
                    since: string | null;
                    /** @enum {unknown} */
                    state: "connected" | "unreachable" | "unknown";
                };
                gateway: {
                    id: string | null;
                    name: string | null;
                    since: string | null;
                    /** @enum {unknown} */
                    state: "online" | "offline" | "unknown";
                };
                values: {
                    newestAt: string | null;
                    oldestAt: string | null;
                    stale: boolean;
                };
            };
            facts: {
                custody: {
                    at: string | null;
                    since: string | null;
                    source: ("wire" | "registry") | null;
                    /** @enum {unknown} */
                    word: "free" | "reserved" | "in-transit" | "lent-out" | "missing" | "unknown";
                };
                hygiene: {
                    at: string | null;
                    since: string | null;
                    source: ("wire" | "registry") | null;
                    /** @enum {unknown} */
                    word: "clean" | "soiled" | "being-cleaned" | "unknown";
                };
                operating: {
                    at: string | null;
                    since: string | null;
                    source: ("wire" | "registry") | null;
                    /** @enum {unknown} */
                    word: "unknown" | "off" | "standby" | "in-use" | "self-test";
                };
                power: {
                    at: string | null;
                    since: string | null;
                    source: ("wire" | "registry") | null;
                    /** @enum {unknown} */
                    word: "mains" | "battery" | "unknown";
                };
                service: {
                    at: string | null;
                    since: string | null;
                    source: ("wire" | "registry") | null;
                    /** @enum {unknown} */
                    word: "awaiting-acceptance" | "in-service" | "under-repair" | "retired" | "unknown";
                };
            };
            firmware: string | null;
            id: string;
            identity: {
                confirmed: boolean | null;
                conflict: {
                    places: {
                        gateway: string;
                        /** Format: date-time */
                        heardAt: string;
                        line: string;
                        unit: string;
                    }[];
                    /** Format: date-time */
                    since: string;
                } | null;
                /** @enum {unknown} */
                strength: "self" | "type" | "none";
                unconfirmed: {
                    gateway: string;
                    line: string;
                    /** Format: date-time */
                    since: string;
                    unit: string;
                } | null;
            };
            /** @enum {unknown} */
            kind: "ventilator" | "infusion-pump" | "defibrillator" | "imaging" | "medical-gas";
            manufacturer: string;
            metrics: {
                asTold: {
                    ucum: string;
                    value: number;
                } | null;
                at: string | null;
                /** @enum {unknown} */
                category: "measurement" | "setting" | "status" | "counter";
                /** @enum {unknown} */
                metric: "operatingState" | "deviceLink" | "deviceHealth" | "deviceClockOffsetS" | "operatingTimeH" | "mainsPresent" | "batteryChargePct" | "batteryHealthPct" | "batteryCycleCount" | "batteryAgeMonths" | "selfTestAgeH" | "serviceDue" | "alarmAudioPaused" | "technicalAlarm" | "technicalMalfunctionAlarm" | "acPowerLossAlarm" | "batteryInoperativeAlarm" | "batteryLowAlarm" | "batteryEmptyAlarm" | "powerLossAlarm" | "powerSupplyAlarm" | "onBatteryAlarm" | "communicationLossAlarm" | "internalCommunicationAlarm" | "deviceTemperatureHighAlarm" | "fanAlarm" | "speakerAlarm" | "unclassifiedAlarm" | "clinicalAlarmsPerH" | "occlusionAlarmsPerH" | "disconnectionAlarmsPerH" | "oxygenConcentrationAlarmsPerH" | "ventilationType" | "ventilationMode" | "mandatoryType" | "spontaneousType" | "triggerType" | "patientCategory" | "respiratoryRateSetPerMin" | "tidalVolumeSetMl" | "peakFlowSetLPerMin" | "oxygenConcentrationSetPct" | "pressureTriggerSetCmH2O" | "flowTriggerSetLPerMin" | "peepSetCmH2O" | "plateauTimeSetS" | "inspiratoryPressureSetCmH2O" | "inspiratoryTimeSetS" | "expiratoryTimeSetS" | "ieInspiratorySetRatio" | "ieExpiratorySetRatio" | "bilevelHighSetRatio" | "bilevelLowSetRatio" | "pressureLimitSetCmH2O" | "supportPressureSetCmH2O" | "riseTimeSetPct" | "riseTimeSetS" | "flowPatternSet" | "oxygenSuction" | "baseFlowSetLPerMin" | "rateChangeConstantSet" | "tubeInnerDiameterSetMm" | "tubeTypeSet" | "humidificationTypeSet" | "humidifierVolumeSetMl" | "oxygenSensorSet" | "disconnectSensitivitySetPct" | "proportionalSupportSetPct" | "expiratorySensitivitySetPct" | "expiratorySensitivitySetLPerMin" | "volumeSupportTargetSetMl" | "peepHighSetCmH2O" | "peepLowSetCmH2O" | "peepHighTimeSetS" | "peepLowTimeSetS" | "spontaneousInspiratoryTimeLimitSetS" | "circuitTypeSet" | "leakCompensation" | "apneaIntervalSetS" | "apneaTidalVolumeSetMl" | "apneaRespiratoryRateSetPerMin" | "apneaPeakFlowSetLPerMin" | "apneaOxygenConcentrationSetPct" | "apneaInspiratoryPressureSetCmH2O" | "apneaInspiratoryTimeSetS" | "apneaFlowPatternSet" | "apneaMandatoryTypeSet" | "apneaIeInspiratorySetRatio" | "apneaIeExpiratorySetRatio" | "freshGasFlowSetLPerMin" | "freshGasOxygenSetPct" | "airwayPressureHighLimitCmH2O" | "airwayPressureLowLimitCmH2O" | "minuteVolumeHighLimitLPerMin" | "minuteVolumeLowLimitLPerMin" | "tidalVolumeHighLimitMl" | "tidalVolumeLowLimitMl" | "tidalVolumeMandatoryHighLimitMl" | "tidalVolumeMandatoryLowLimitMl" | "tidalVolumeSpontaneousHighLimitMl" | "tidalVolumeSpontaneousLowLimitMl" | "tidalVolumeInspiredHighLimitMl" | "respiratoryRateHighLimitPerMin" | "respiratoryRateLowLimitPerMin" | "oxygenConcentrationHighLimitPct" | "oxygenConcentrationLowLimitPct" | "peepHighLimitCmH2O" | "peepLowLimitCmH2O" | "airwayTemperatureHighLimitCel" | "apneaAirwayPressureHighLimitCmH2O" | "respiratoryRatePerMin" | "respiratoryRateMandatoryPerMin" | "respiratoryRateSpontaneousPerMin" | "tidalVolumeExpiredMl" | "tidalVolumeInspiredMl" | "tidalVolumeMl" | "tidalVolumeSpontaneousMl" | "tidalVolumeMandatoryMl" | "minuteVolumeExpiredLPerMin" | "minuteVolumeInspiredLPerMin" | "minuteVolumeLPerMin" | "minuteVolumeSpontaneousLPerMin" | "minuteVolumeMandatoryLPerMin" | "airwayPressurePeakCmH2O" | "airwayPressureMeanCmH2O" | "airwayPressureMinCmH2O" | "airwayPressureCmH2O" | "plateauPressureCmH2O" | "endInspiratoryPressureCmH2O" | "peepCmH2O" | "peepIntrinsicCmH2O" | "peepIntrinsicManeuverCmH2O" | "peepTotalManeuverCmH2O" | "ieInspiratoryRatio" | "ieExpiratoryRatio" | "inspiratoryTimeS" | "inspiratoryTimeSpontaneousS" | "inspiratoryTimeSpontaneousPct" | "expiratoryTimeConstantS" | "complianceDynamicMlPerCmH2O" | "complianceStaticMlPerCmH2O" | "compliancePatientMlPerCmH2O" | "resistanceDynamicCmH2OSPerL" | "resistanceStaticCmH2OSPerL" | "resistanceTotalCmH2OSPerL" | "resistancePatientCmH2OSPerL" | "elastanceCmH2OPerL" | "elastancePatientCmH2OPerL" | "rapidShallowBreathingIndexPerMinL" | "peakFlowInspiratoryLPerMin" | "peakFlowSpontaneousLPerMin" | "peakFlowExpiratoryLPerMin" | "endExpiratoryFlowLPerMin" | "negativeInspiratoryForceCmH2O" | "occlusionPressureCmH2O" | "vitalCapacityMl" | "workOfBreathingJPerL" | "oxygenConcentrationExpiredPct" | "carbonDioxideEndTidalMmHg" | "airwayTemperatureCel" | "oxygenConcentrationPct" | "leakPct" | "leakAtPeepLPerMin" | "leakVolumeMl" | "leakLPerMin" | "circuitLeakMlPerMin" | "circuitComplianceMlPerCmH2O" | "hoseComplianceMlPerCmH2O" | "hoseResistanceCmH2OSPerL" | "oxygenSensorBiasPct" | "oxygenSupplyPressureKPa" | "ambientPressureHPa" | "airTemperatureCel" | "relativeHumidityPct" | "airConsumptionL" | "oxygenConsumptionL" | "gasConsumptionL" | "deviceFlowLPerMin" | "freshGasAirFlowLPerMin" | "freshGasOxygenFlowLPerMin" | "leakTestAgeH" | "tidalVolumeResidualPct" | "oxygenConcentrationResidualPct" | "peepResidualCmH2O" | "deviceCheck" | "calibrationDue" | "airSupplyLowAlarm" | "oxygenSupplyLowAlarm" | "gasSupplyHighAlarm" | "gasSupplyFailureAlarm" | "compressorInoperativeAlarm" | "procedureErrorAlarm" | "oxygenSensorInoperativeAlarm" | "oxygenSensorNotCalibratedAlarm" | "flowSensorAlarm" | "flowCalibrationAlarm" | "expiratoryValveAlarm" | "pressureMeasurementAlarm" | "volumeMeasurementAlarm" | "gasMixerAlarm" | "blowerTemperatureHighAlarm" | "coolingAlarm" | "humidifierAlarm" | "hoseSystemAlarm" | "ambientSensorAlarm" | "temperatureSensorAlarm" | "gasMeasurementAlarm" | "nebuliserAlarm" | "leakageAlarm" | "nitrousOxideSupplyLowAlarm" | "gasCylinderAlarm" | "consumableAlarm" | "readinessIndicator" | "selfTestEnergy" | "selfTestCharge" | "selfTestBattery" | "selfTestPads" | "selfTestEcgCable" | "selfTestSpeaker" | "selfTestMemory" | "selfTestClock" | "testEnergySetJ" | "testEnergyDeliveredJ" | "testEnergyResidualPct" | "chargeTimeS" | "capacitorChargeCount" | "padsImpedanceOhm" | "padsExpiryD" | "onCharger" | "docked" | "reportPending" | "infusionRateMlPerH" | "volumeInfusedMl" | "linePressureMmHg" | "bolusRateMlPerH" | "bolusVolumeMl" | "occlusionCount" | "motorRunTimeH" | "pumpControl" | "pumpErrorCode" | "driveDisengagedAlarm" | "pressureTransducerAlarm" | "coldHeadTemperatureK" | "coldHeadRunTimeH" | "heliumLevelPct" | "heliumPressureKPa" | "chillerSupplyTemperatureCel" | "chillerFlowLPerMin" | "examinationCount" | "magnetAtField" | "chillerAlarm" | "oxygenLinePressureKPa" | "airLinePressureKPa" | "vacuumPressureKPa" | "primarySourcePressureKPa" | "reserveSourcePressureKPa" | "airDewPointCel" | "oxygenFlowLPerMin" | "compressorRunTimeH" | "compressorStartCount" | "oxygenPressureHighLimitKPa" | "oxygenPressureLowLimitKPa" | "oxygenPressureHighAlarm" | "oxygenPressureLowAlarm" | "airPressureLowAlarm" | "vacuumLowAlarm" | "primarySourceEmptyAlarm" | "reserveSourceLowAlarm" | "plantFaultAlarm";
                /** @enum {unknown} */
                origin: "device" | "patient-derived";
                /** @enum {unknown} */
                quality: "good" | "stale" | "implausible" | "unreachable";
                ucum: string;
                value: number | null;
                word: string | null;
            }[];
            model: string;
            place: {
                /** @enum {unknown} */
                knownBy: "registry";
                /** Format: date-time */
                since: string;
                ward: string;
                wardName: string;
            };
            profile: {
                evidence: {
                    /** @enum {unknown} */
                    level: "vendor-document" | "field-capture" | "inferred" | "synthetic" | "none";
                    note: string;
                };
                /** @enum {unknown} */
                firmware: "verified" | "unverified" | "not-told";
                id: string;
                notKnown: string[];
                revision: number | null;
            };
            readiness: {
                /** @enum {unknown} */
                availability: "in-use" | "ready" | "to-verify" | "blocked" | "unknown";
                /** @enum {unknown} */
                because: "no-known-reason-against-use" | "in-use" | "standby-not-yet-free" | "self-test" | "hold" | "silent-last-seen-free" | "silent" | "never-heard";
                freeAt: string | null;
                holds: {
                    at: string | null;
                    /** @enum {unknown} */
                    kind: "fault" | "self-test" | "battery" | "identity";
                    /** @enum {unknown} */
                    liftedBy: "biomedical-engineer" | "any";
                    metric: ("operatingState" | "deviceLink" | "deviceHealth" | "deviceClockOffsetS" | "operatingTimeH" | "mainsPresent" | "batteryChargePct" | "batteryHealthPct" | "batteryCycleCount" | "batteryAgeMonths" | "selfTestAgeH" | "serviceDue" | "alarmAudioPaused" | "technicalAlarm" | "technicalMalfunctionAlarm" | "acPowerLossAlarm" | "batteryInoperativeAlarm" | "batteryLowAlarm" | "batteryEmptyAlarm" | "powerLossAlarm" | "powerSupplyAlarm" | "onBatteryAlarm" | "communicationLossAlarm" | "internalCommunicationAlarm" | "deviceTemperatureHighAlarm" | "fanAlarm" | "speakerAlarm" | "unclassifiedAlarm" | "clinicalAlarmsPerH" | "occlusionAlarmsPerH" | "disconnectionAlarmsPerH" | "oxygenConcentrationAlarmsPerH" | "ventilationType" | "ventilationMode" | "mandatoryType" | "spontaneousType" | "triggerType" | "patientCategory" | "respiratoryRateSetPerMin" | "tidalVolumeSetMl" | "peakFlowSetLPerMin" | "oxygenConcentrationSetPct" | "pressureTriggerSetCmH2O" | "flowTriggerSetLPerMin" | "peepSetCmH2O" | "plateauTimeSetS" | "inspiratoryPressureSetCmH2O" | "inspiratoryTimeSetS" | "expiratoryTimeSetS" | "ieInspiratorySetRatio" | "ieExpiratorySetRatio" | "bilevelHighSetRatio" | "bilevelLowSetRatio" | "pressureLimitSetCmH2O" | "supportPressureSetCmH2O" | "riseTimeSetPct" | "riseTimeSetS" | "flowPatternSet" | "oxygenSuction" | "baseFlowSetLPerMin" | "rateChangeConstantSet" | "tubeInnerDiameterSetMm" | "tubeTypeSet" | "humidificationTypeSet" | "humidifierVolumeSetMl" | "oxygenSensorSet" | "disconnectSensitivitySetPct" | "proportionalSupportSetPct" | "expiratorySensitivitySetPct" | "expiratorySensitivitySetLPerMin" | "volumeSupportTargetSetMl" | "peepHighSetCmH2O" | "peepLowSetCmH2O" | "peepHighTimeSetS" | "peepLowTimeSetS" | "spontaneousInspiratoryTimeLimitSetS" | "circuitTypeSet" | "leakCompensation" | "apneaIntervalSetS" | "apneaTidalVolumeSetMl" | "apneaRespiratoryRateSetPerMin" | "apneaPeakFlowSetLPerMin" | "apneaOxygenConcentrationSetPct" | "apneaInspiratoryPressureSetCmH2O" | "apneaInspiratoryTimeSetS" | "apneaFlowPatternSet" | "apneaMandatoryTypeSet" | "apneaIeInspiratorySetRatio" | "apneaIeExpiratorySetRatio" | "freshGasFlowSetLPerMin" | "freshGasOxygenSetPct" | "airwayPressureHighLimitCmH2O" | "airwayPressureLowLimitCmH2O" | "minuteVolumeHighLimitLPerMin" | "minuteVolumeLowLimitLPerMin" | "tidalVolumeHighLimitMl" | "tidalVolumeLowLimitMl" | "tidalVolumeMandatoryHighLimitMl" | "tidalVolumeMandatoryLowLimitMl" | "tidalVolumeSpontaneousHighLimitMl" | "tidalVolumeSpontaneousLowLimitMl" | "tidalVolumeInspiredHighLimitMl" | "respiratoryRateHighLimitPerMin" | "respiratoryRateLowLimitPerMin" | "oxygenConcentrationHighLimitPct" | "oxygenConcentrationLowLimitPct" | "peepHighLimitCmH2O" | "peepLowLimitCmH2O" | "airwayTemperatureHighLimitCel" | "apneaAirwayPressureHighLimitCmH2O" | "respiratoryRatePerMin" | "respiratoryRateMandatoryPerMin" | "respiratoryRateSpontaneousPerMin" | "tidalVolumeExpiredMl" | "tidalVolumeInspiredMl" | "tidalVolumeMl" | "tidalVolumeSpontaneousMl" | "tidalVolumeMandatoryMl" | "minuteVolumeExpiredLPerMin" | "minuteVolumeInspiredLPerMin" | "minuteVolumeLPerMin" | "minuteVolumeSpontaneousLPerMin" | "minuteVolumeMandatoryLPerMin" | "airwayPressurePeakCmH2O" | "airwayPressureMeanCmH2O" | "airwayPressureMinCmH2O" | "airwayPressureCmH2O" | "plateauPressureCmH2O" | "endInspiratoryPressureCmH2O" | "peepCmH2O" | "peepIntrinsicCmH2O" | "peepIntrinsicManeuverCmH2O" | "peepTotalManeuverCmH2O" | "ieInspiratoryRatio" | "ieExpiratoryRatio" | "inspiratoryTimeS" | "inspiratoryTimeSpontaneousS" | "inspiratoryTimeSpontaneousPct" | "expiratoryTimeConstantS" | "complianceDynamicMlPerCmH2O" | "complianceStaticMlPerCmH2O" | "compliancePatientMlPerCmH2O" | "resistanceDynamicCmH2OSPerL" | "resistanceStaticCmH2OSPerL" | "resistanceTotalCmH2OSPerL" | "resistancePatientCmH2OSPerL" | "elastanceCmH2OPerL" | "elastancePatientCmH2OPerL" | "rapidShallowBreathingIndexPerMinL" | "peakFlowInspiratoryLPerMin" | "peakFlowSpontaneousLPerMin" | "peakFlowExpiratoryLPerMin" | "endExpiratoryFlowLPerMin" | "negativeInspiratoryForceCmH2O" | "occlusionPressureCmH2O" | "vitalCapacityMl" | "workOfBreathingJPerL" | "oxygenConcentrationExpiredPct" | "carbonDioxideEndTidalMmHg" | "airwayTemperatureCel" | "oxygenConcentrationPct" | "leakPct" | "leakAtPeepLPerMin" | "leakVolumeMl" | "leakLPerMin" | "circuitLeakMlPerMin" | "circuitComplianceMlPerCmH2O" | "hoseComplianceMlPerCmH2O" | "hoseResistanceCmH2OSPerL" | "oxygenSensorBiasPct" | "oxygenSupplyPressureKPa" | "ambientPressureHPa" | "airTemperatureCel" | "relativeHumidityPct" | "airConsumptionL" | "oxygenConsumptionL" | "gasConsumptionL" | "deviceFlowLPerMin" | "freshGasAirFlowLPerMin" | "freshGasOxygenFlowLPerMin" | "leakTestAgeH" | "tidalVolumeResidualPct" | "oxygenConcentrationResidualPct" | "peepResidualCmH2O" | "deviceCheck" | "calibrationDue" | "airSupplyLowAlarm" | "oxygenSupplyLowAlarm" | "gasSupplyHighAlarm" | "gasSupplyFailureAlarm" | "compressorInoperativeAlarm" | "procedureErrorAlarm" | "oxygenSensorInoperativeAlarm" | "oxygenSensorNotCalibratedAlarm" | "flowSensorAlarm" | "flowCalibrationAlarm" | "expiratoryValveAlarm" | "pressureMeasurementAlarm" | "volumeMeasurementAlarm" | "gasMixerAlarm" | "blowerTemperatureHighAlarm" | "coolingAlarm" | "humidifierAlarm" | "hoseSystemAlarm" | "ambientSensorAlarm" | "temperatureSensorAlarm" | "gasMeasurementAlarm" | "nebuliserAlarm" | "leakageAlarm" | "nitrousOxideSupplyLowAlarm" | "gasCylinderAlarm" | "consumableAlarm" | "readinessIndicator" | "selfTestEnergy" | "selfTestCharge" | "selfTestBattery" | "selfTestPads" | "selfTestEcgCable" | "selfTestSpeaker" | "selfTestMemory" | "selfTestClock" | "testEnergySetJ" | "testEnergyDeliveredJ" | "testEnergyResidualPct" | "chargeTimeS" | "capacitorChargeCount" | "padsImpedanceOhm" | "padsExpiryD" | "onCharger" | "docked" | "reportPending" | "infusionRateMlPerH" | "volumeInfusedMl" | "linePressureMmHg" | "bolusRateMlPerH" | "bolusVolumeMl" | "occlusionCount" | "motorRunTimeH" | "pumpControl" | "pumpErrorCode" | "driveDisengagedAlarm" | "pressureTransducerAlarm" | "coldHeadTemperatureK" | "coldHeadRunTimeH" | "heliumLevelPct" | "heliumPressureKPa" | "chillerSupplyTemperatureCel" | "chillerFlowLPerMin" | "examinationCount" | "magnetAtField" | "chillerAlarm" | "oxygenLinePressureKPa" | "airLinePressureKPa" | "vacuumPressureKPa" | "primarySourcePressureKPa" | "reserveSourcePressureKPa" | "airDewPointCel" | "oxygenFlowLPerMin" | "compressorRunTimeH" | "compressorStartCount" | "oxygenPressureHighLimitKPa" | "oxygenPressureLowLimitKPa" | "oxygenPressureHighAlarm" | "oxygenPressureLowAlarm" | "airPressureLowAlarm" | "vacuumLowAlarm" | "primarySourceEmptyAlarm" | "reserveSourceLowAlarm" | "plantFaultAlarm") | null;
                    /** @enum {unknown} */
                    reason: "not-as-expected" | "missing" | "expired" | "unconfirmed" | "unverified" | "conflict";
                    value: number | null;
                    word: string | null;
                }[];
            };
            serial: string;
            simulated: boolean;
            version: number;
        };
        /** UnconfirmedLines */
        UnconfirmedLines: {
            lines: {
                device: string | null;
                place: {
                    gateway: string;
                    line: string;
                    unit: string;
                };
                profile: string;
                says: string;
                /** Format: date-time */
                since: string;
            }[];
        };
        /** Usage */
        Usage: {
            asOf: string | null;
            device: string;
            inUseH: number;
            offH: number;
            selfTestH: number;
            since: string | null;
            standbyH: number;
            unknownH: number;
        };
        /** User */
        User: {
            email: string;
            id: string;
            name: string;
            /** @enum {unknown} */
            role: "biomedical-engineer" | "bed-manager" | "ward" | "porter" | "installer" | "administrator";
        };
        /** UserList */
        UserList: {
            users: components["schemas"]["User"][];
        };
        /** WardMap */
        WardMap: {
            /** Format: date-time */
            at: string;
            notices: {
                /** @enum {unknown} */
                cause: "gateway-offline" | "device-unreachable" | "fault" | "self-test" | "battery" | "identity";
                devices: number;
                gateway: string | null;
            }[];
            simulated: boolean;
            totals: {
                blocked: number;
                have: number;
                inUse: number;
                /** @enum {unknown} */
                kind: "ventilator" | "infusion-pump" | "defibrillator" | "imaging" | "medical-gas";
                ready: number;
                toVerify: number;
                unknown: number;
            }[];
            wards: {
                asOf: string | null;
                classes: {
                    blocked: number;
                    have: number;
                    inUse: number;
                    /** @enum {unknown} */
                    kind: "ventilator" | "infusion-pump" | "defibrillator" | "imaging" | "medical-gas";
                    ready: number;
                    toVerify: number;
                    unknown: number;
                }[];
                floor: number;
                id: string;
                /** @enum {unknown} */
                kind: "ward" | "store" | "workshop";
                name: string;
                order: number;
            }[];
        };
        /** WardView */
        WardView: {
            /** Format: date-time */
            at: string;
            devices: {
                assetNumber: string | null;
                /** @enum {unknown} */
                availability: "in-use" | "ready" | "to-verify" | "blocked" | "unknown";
                id: string;
                identityHold: ("not-as-expected" | "missing" | "expired" | "unconfirmed" | "unverified" | "conflict") | null;
                /** @enum {unknown} */
                kind: "ventilator" | "infusion-pump" | "defibrillator" | "imaging" | "medical-gas";
                manufacturer: string;
                model: string;
                newestAt: string | null;
                /** @enum {unknown} */
                operating: "unknown" | "off" | "standby" | "in-use" | "self-test";
                serial: string;
                ward: string;
            }[];
            ward: {
                asOf: string | null;
                classes: {
                    blocked: number;
                    have: number;
                    inUse: number;
                    /** @enum {unknown} */
                    kind: "ventilator" | "infusion-pump" | "defibrillator" | "imaging" | "medical-gas";
                    ready: number;
                    toVerify: number;
                    unknown: number;
                }[];
                floor: number;
                id: string;
                /** @enum {unknown} */
                kind: "ward" | "store" | "workshop";
                name: string;
                order: number;
            };
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
