//! What browser clients ask for before they send anything. A non-2xx answer here means that nothing is ever sent.

use serde_json::{Value, json};

/// How a page reaches us: from the request itself (its host, the proxy's word for its protocol) or from configuration.
#[derive(Debug, Clone, Copy)]
pub struct Reach<'a> {
    /// The public write key.
    pub write_key: &'a str,
    /// Host and port, without protocol or path: `collect.shop.example`.
    pub host: &'a str,
    /// `http` or `https`.
    pub protocol: &'a str,
    /// The prefix before `/v1`, against ad blockers: empty, or `/abc` without a slash at its end.
    pub prefix: &'a str,
}

/// Events that Segment's script gathers before it sends, and how long it waits for them.
const BATCH_EVENTS: u32 = 20;
const BATCH_TIMEOUT_MS: u32 = 2_000;

/// The answer to `GET /v1/projects/{key}/settings`, as `@segment/analytics-next` reads it.
///
/// `deliveryStrategy` turns one request an event, each with its own preflight, into one request for many, with no
/// change on the site.
pub fn segment(reach: &Reach<'_>) -> Value {
    json!({
        "integrations": {
            "Segment.io": {
                "apiKey": reach.write_key,
                "apiHost": format!("{}{}/v1", reach.host, reach.prefix),
                "protocol": reach.protocol,
                "deliveryStrategy": {
                    "strategy": "batching",
                    "config": {"size": BATCH_EVENTS, "timeout": BATCH_TIMEOUT_MS},
                },
            },
        },
        "plan": {"track": {"__default": {"enabled": true}}, "identify": {"__default": {"enabled": true}}},
        "edgeFunction": {},
        "analyticsNextEnabled": true,
        "middlewareSettings": {},
        "enabledMiddleware": {},
        "metrics": {"sampleRate": 0},
        "legacyVideoPluginsEnabled": false,
        "remotePlugins": [],
    })
}

/// The source as RudderStack's SDK names it.
#[derive(Debug, Clone, Copy)]
pub struct RudderSource<'a> {
    /// Any stable id of the source.
    pub id: &'a str,
    /// Its name.
    pub name: &'a str,
    /// The project.
    pub workspace_id: &'a str,
}

/// The answer to `GET /sourceConfig/?writeKey=…`, as `@rudderstack/analytics-js` reads it: a source that is on, with
/// no destination to load.
pub fn rudderstack(reach: &Reach<'_>, source: &RudderSource<'_>) -> Value {
    json!({
        "source": {
            "id": source.id,
            "name": source.name,
            "writeKey": reach.write_key,
            "enabled": true,
            "workspaceId": source.workspace_id,
            "config": {"statsCollection": {"errors": {"enabled": false}, "metrics": {"enabled": false}}},
            "destinations": [],
            "dataplanes": {},
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const REACH: Reach<'static> =
        Reach { write_key: "wk_1", host: "shop.example:8080", protocol: "https", prefix: "/x7" };

    #[test]
    fn segments_script_learns_where_to_send_and_to_batch() {
        let settings = segment(&REACH);
        let ours = &settings["integrations"]["Segment.io"];
        assert_eq!(ours["apiKey"], "wk_1");
        assert_eq!(ours["apiHost"], "shop.example:8080/x7/v1");
        assert_eq!(ours["protocol"], "https");
        assert_eq!(ours["deliveryStrategy"]["strategy"], "batching");
        assert!(ours["deliveryStrategy"]["config"]["size"].as_u64().is_some_and(|size| size > 1));
        assert!(ours["deliveryStrategy"]["config"]["timeout"].is_u64());
    }

    #[test]
    fn rudderstacks_sdk_finds_an_enabled_source() {
        let source = RudderSource { id: "src", name: "web", workspace_id: "shop" };
        let config = rudderstack(&REACH, &source);
        let found = &config["source"];
        assert_eq!((&found["writeKey"], &found["enabled"]), (&json!("wk_1"), &json!(true)));
        for field in ["id", "name", "workspaceId", "config", "destinations", "dataplanes"] {
            assert!(!found[field].is_null(), "{field}");
        }
    }
}
