//! One running program as a shop's people see it: what a browser sends, what the shop's server asks.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use model::time::Timestamp;
use serde_json::{Map, Value, json};
use tempfile::TempDir;
use testkit::{
    client::{Answer, Client, path_segment},
    moment,
    process::{Options, Server},
};

/// The program under test.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_prevenance");

/// Where the clock of a test begins: a Monday.
pub(crate) const START: &str = "2026-03-02 10:00";

/// All purposes of a new project.
pub(crate) const PURPOSES: [&str; 11] =
    ["site", "email", "email_open", "sms", "push", "phone", "post", "ads", "location", "partner", "measurement"];

/// A program with its clock frozen, and clients for it.
pub(crate) struct Shop {
    pub(crate) server: Server,
    /// The shop's own server: everything of the project; events are of the source `server`.
    pub(crate) secret: Client,
    /// A page in a browser: public key, events are of the source `web`.
    pub(crate) web: Client,
    /// A folder beside the data folder, for backups and what else a test writes.
    pub(crate) beside: TempDir,
}

impl Shop {
    /// Opens an empty shop at [`START`], whose ids and draws are the same in every run.
    pub(crate) fn open() -> Self {
        Self::open_with(Options { seed: Some(1), ..Options::default() })
    }

    /// Opens a shop with options; its clock stands at [`START`] if they say nothing.
    pub(crate) fn open_with(options: Options) -> Self {
        let beside = TempDir::new().unwrap();
        let mut env = options.env;
        env.push(("PREVENANCE__BACKUP__FOLDER".into(), beside.path().join("backups").display().to_string()));
        let clock = options.clock.or_else(|| Some(at(START)));
        let server = Server::start(PROGRAM, Options { clock, env, ..options });
        let (secret, web) = (server.secret(), server.write());
        Self { server, secret, web, beside }
    }

    /// A path in the folder beside the data.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.beside.path().join(name)
    }

    /// Starts again after a kill or a stop, with the clock at a moment.
    pub(crate) fn start_again_at(&mut self, now: Timestamp) {
        self.server.set_clock(now);
        self.server.start_again();
        (self.secret, self.web) = (self.server.secret(), self.server.write());
    }

    /// Moves the clock by a span such as `4h`, timers included.
    pub(crate) fn advance(&self, span: &str) {
        let span = moment::parse_span(span).unwrap();
        _ = self.secret.post("/v1/test/clock", &json!({"advance_ms": span.as_millis()})).expect(200);
    }

    /// A client with a new key for a source, which is defined already.
    pub(crate) fn key_for(&self, kind: &str, source: &str) -> Client {
        let made = self.secret.post("/v1/keys", &json!({"kind": kind, "source": source, "title": "test"}));
        self.server.nobody().with_key(made.expect(200).json()["secret"].as_str().unwrap())
    }

    /// Publishes a definition and waits until it is filled.
    pub(crate) fn define(&self, kind: &str, name: &str, document: &Value) {
        let path = format!("/v1/definitions/{kind}/{}?wait=true", path_segment(name));
        let published = self.secret.put(&path, document).expect(200).json();
        assert_eq!(published["complete"], true, "{published}");
    }

    /// Publishes a segment and waits until it is filled.
    pub(crate) fn segment(&self, name: &str, condition: &str) {
        self.define("segment", name, &json!({"condition": condition}));
    }

    /// Records that somebody grants purposes. A device speaks for itself; for others the shop's server does.
    pub(crate) fn grant(&self, who: &str, purposes: &[&str]) {
        self.choose(who, purposes, true);
    }

    /// Records that somebody refuses purposes.
    pub(crate) fn refuse(&self, who: &str, purposes: &[&str]) {
        self.choose(who, purposes, false);
    }

    fn choose(&self, who: &str, purposes: &[&str], granted: bool) {
        let (namespace, value) = who.split_once(':').unwrap();
        let purposes: Map<String, Value> =
            purposes.iter().map(|purpose| ((*purpose).to_owned(), json!(granted))).collect();
        let mut body = json!({"purposes": purposes, "wording": "banner-7", "language": "fr"});
        let client = match namespace {
            "anonymous_id" | "user_id" => {
                body[namespace] = json!(value);
                &self.web
            }
            _ => {
                body["identifiers"] = json!({namespace: value});
                &self.secret
            }
        };
        let answer = client.post("/v1/consent", &body).expect(200).json();
        assert_eq!(answer["stored"], true, "{answer}");
    }

    /// Sends events from a page.
    pub(crate) fn page_sends(&self, events: &[Value]) {
        send(&self.web, events);
    }

    /// Sends events from the shop's server.
    pub(crate) fn server_sends(&self, events: &[Value]) {
        send(&self.secret, events);
    }

    /// The profile of `namespace:value` or `prf_…`, read for `site`.
    pub(crate) fn profile(&self, who: &str) -> Value {
        self.read(who, "").expect(200).json()
    }

    /// What a read of a person answers. `rest` continues the path: `/timeline`, `?purpose=email`.
    pub(crate) fn read(&self, who: &str, rest: &str) -> Answer {
        self.secret.get(&format!("/v1/profiles/{}{rest}", path_segment(who)))
    }

    /// The id of the profile that an identifier leads to, whatever the person has granted.
    pub(crate) fn id(&self, who: &str) -> String {
        self.export(who)["profile"]["id"].as_str().unwrap().to_owned()
    }

    /// Whether an identifier leads to anybody.
    pub(crate) fn knows(&self, who: &str) -> bool {
        match self.read(who, "/export").status {
            200 => true,
            404 => false,
            other => panic!("{who}: {other}"),
        }
    }

    /// Everything held on a person, as JSON.
    pub(crate) fn export(&self, who: &str) -> Value {
        self.read(who, "/export").expect(200).json()
    }

    /// A person's whole history, newest first, page by page.
    pub(crate) fn timeline(&self, who: &str) -> Vec<Value> {
        let (mut events, mut from) = (Vec::new(), String::new());
        loop {
            let page = self.read(who, &format!("/timeline?limit=1000{from}")).expect(200).json();
            events.extend(page["events"].as_array().unwrap().iter().cloned());
            match page["next"].as_str() {
                Some(next) => from = format!("&from={}", path_segment(next)),
                None => return events,
            }
        }
    }

    /// How many events of a name are on a person's timeline.
    pub(crate) fn count(&self, who: &str, name: &str) -> usize {
        self.timeline(who).iter().filter(|event| event["event"] == name).count()
    }

    /// The names of the segments that a person is in.
    pub(crate) fn segments_of(&self, who: &str) -> BTreeSet<String> {
        let profile = self.profile(who);
        profile["segments"].as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect()
    }

    /// Whether a person is in a segment.
    pub(crate) fn is_in(&self, who: &str, segment: &str) -> bool {
        self.segments_of(who).contains(segment)
    }

    /// The ids of a segment's members, over all pages. The segment must know its size, and it must be theirs.
    pub(crate) fn members(&self, segment: &str) -> BTreeSet<String> {
        let (mut members, mut from) = (BTreeSet::new(), String::new());
        loop {
            let path = format!("/v1/segments/{}/members?limit=7{from}", path_segment(segment));
            let page = self.secret.get(&path).expect(200).json();
            assert_eq!(page["complete"], true, "{page}");
            let here = page["members"].as_array().unwrap();
            let added = here.iter().filter(|member| members.insert(member["profile"].as_str().unwrap().to_owned()));
            assert_eq!(added.count(), here.len(), "a member is listed twice");
            match page["next"].as_str() {
                Some(next) => from = format!("&from={}", path_segment(next)),
                None => {
                    assert_eq!(page["size"], members.len(), "{page}");
                    return members;
                }
            }
        }
    }

    /// The size of a segment, which it must know completely.
    pub(crate) fn size(&self, segment: &str) -> u64 {
        let segment = self.secret.get(&format!("/v1/segments/{}", path_segment(segment))).expect(200).json();
        assert_eq!(segment["complete"], true, "{segment}");
        segment["size"].as_u64().unwrap()
    }

    /// The counts over the whole project.
    pub(crate) fn status(&self) -> Value {
        self.secret.get("/v1/status").expect(200).json()
    }

    /// The rejected events, newest first.
    pub(crate) fn rejected(&self) -> Vec<Value> {
        let page = self.secret.get("/v1/rejected?limit=1000").expect(200).json();
        page["rejected"].as_array().unwrap().clone()
    }

    /// The data folder.
    pub(crate) fn folder(&self) -> &Path {
        self.server.folder()
    }
}

/// Sends events in one batch and expects that all are taken.
pub(crate) fn send(client: &Client, events: &[Value]) {
    let answer = client.post("/v1/batch", &json!({"batch": events})).expect(200).json();
    assert_eq!(answer, json!({"success": true}));
}

/// The moment of a text such as `2026-03-02 10:00`, in UTC.
pub(crate) fn at(text: &str) -> Timestamp {
    let (date, time) = text.split_once(' ').unwrap();
    moment::parse(date, time).unwrap()
}

/// The moment `span` before another, as events carry it.
pub(crate) fn before(moment: &str, span: &str) -> String {
    moment::rfc3339(at(moment).minus(moment::parse_span(span).unwrap()))
}

/// A track event. `who` holds `userId`, `anonymousId`, and whatever else stands beside the name.
pub(crate) fn track(name: &str, message_id: &str, who: &Value, properties: &Value) -> Value {
    with(&json!({"type": "track", "event": name, "messageId": message_id, "properties": properties}), who)
}

/// An identify event.
pub(crate) fn identify(message_id: &str, who: &Value, traits: &Value) -> Value {
    with(&json!({"type": "identify", "messageId": message_id, "traits": traits}), who)
}

/// An object with the fields of another one laid over it.
pub(crate) fn with(object: &Value, fields: &Value) -> Value {
    let mut object = object.as_object().unwrap().clone();
    object.extend(fields.as_object().unwrap().clone());
    Value::Object(object)
}

/// The context by which an event itself grants purposes, as consent managers send it.
pub(crate) fn granting(purposes: &[&str]) -> Value {
    let purposes: Map<String, Value> = purposes.iter().map(|purpose| ((*purpose).to_owned(), json!(true))).collect();
    json!({"consent": {"categoryPreferences": purposes}})
}
