//! The stage of everything that speaks the public API: the real program, and the server in process.

use std::{collections::BTreeSet, path::Path};

use model::time::{Span, Timestamp};
use serde_json::{Map, Value, json};

use super::{
    stage::{End, Fault, Seen, Sent, Size, Stage},
    story::{Address, SaidKind},
};
use crate::{
    client::{Answer, Client, path_segment},
    moment,
    process::{Options, Server},
};

/// Events of a timeline that a story may have; more is a fault of the story.
const TIMELINE: usize = 1_000;

/// The event by which a consent call stands on a timeline. A story says it by its own line, so it counts no events.
const CONSENT_EVENT: &str = "Consent Updated";

/// What answers HTTP and can be ended.
pub trait Host {
    /// A client with the secret key.
    fn secret(&self) -> Client;
    /// A client with the public write key.
    fn write(&self) -> Client;
    /// Ends and starts again on the same data, with the clock frozen at `now`.
    fn end(&mut self, how: End, now: Timestamp);
}

impl Host for Server {
    fn secret(&self) -> Client {
        Server::secret(self)
    }

    fn write(&self) -> Client {
        Server::write(self)
    }

    fn end(&mut self, how: End, now: Timestamp) {
        match how {
            End::Crash => self.kill9(),
            End::Stop => self.stop(),
        }
        self.set_clock(now);
        self.start_again();
    }
}

/// Plays stories through the public API.
pub struct HttpStage<H> {
    host: H,
    now: Timestamp,
}

/// The real program on an empty folder, its clock at `start`, its ids and draws fixed.
pub fn program(binary: &Path, start: Timestamp) -> HttpStage<Server> {
    let options = Options { clock: Some(start), seed: Some(1), ..Options::default() };
    HttpStage::new(Server::start(binary, options), start)
}

impl<H: Host> HttpStage<H> {
    /// A stage on a host whose clock stands at `now`.
    pub fn new(host: H, now: Timestamp) -> Self {
        Self { host, now }
    }

    /// The profile and the first page of its timeline. Where the person's consent forbids to read them, the export
    /// shows the same: it is the person's own right and needs no purpose.
    fn profile(&self, who: &Address) -> Result<Option<(Value, Value)>, Fault> {
        let secret = self.host.secret();
        let path = format!("/v1/profiles/{}", path_segment(&format!("{}:{}", who.namespace, who.value)));
        let answer = secret.get(&path);
        if answer.status == 404 {
            return Ok(None);
        }
        if answer.status == 403 {
            let export = success(&secret.get(&format!("{path}/export")))?;
            return Ok(Some((export["profile"].clone(), json!({"events": export["events"]}))));
        }
        let profile = success(&answer)?;
        let timeline = format!("/v1/profiles/{}/timeline?limit={TIMELINE}", text(&profile, "id")?);
        Ok(Some((profile, success(&secret.get(&timeline))?)))
    }

    fn profile_path(&self, who: &Address) -> Result<String, Fault> {
        let known = self.profile(who)?;
        let (profile, _) = known.ok_or_else(|| Fault(format!("nobody is {}:{}", who.namespace, who.value)))?;
        Ok(format!("/v1/profiles/{}", text(&profile, "id")?))
    }
}

impl<H: Host> Stage for HttpStage<H> {
    fn advance(&mut self, span: Span) -> Result<(), Fault> {
        self.now = self.now.plus(span);
        success(&self.host.secret().post("/v1/test/clock", &json!({"advance_ms": span.as_millis()}))).map(drop)
    }

    fn send(&mut self, event: &Sent) -> Result<(), Fault> {
        let body = json!({"batch": [wire(event)], "sentAt": moment::rfc3339(event.sent_at)});
        // What comes from a device carries the public key; the shop's server speaks with the secret one, and is trusted.
        let client = if event.anonymous_id.is_some() { self.host.write() } else { self.host.secret() };
        let answer = success(&client.post("/v1/batch", &body))?;
        match answer["rejected"].as_array() {
            Some(rejected) if !rejected.is_empty() => Err(Fault(format!("rejected: {}", answer["rejected"]))),
            _ => Ok(()),
        }
    }

    fn consent(&mut self, who: &Address, choices: &[(String, bool)]) -> Result<(), Fault> {
        let purposes: Map<String, Value> =
            choices.iter().map(|(name, granted)| (name.clone(), json!(granted))).collect();
        let mut body = json!({"purposes": purposes, "wording": "v1", "language": "en"});
        body[who.namespace.as_str()] = json!(who.value);
        success(&self.host.write().post("/v1/consent", &body)).map(drop)
    }

    fn define_segment(&mut self, name: &str, condition: &str) -> Result<(), Fault> {
        let path = format!("/v1/definitions/segment/{}?wait=true", path_segment(name));
        success(&self.host.secret().put(&path, &json!({"condition": condition}))).map(drop)
    }

    fn unmerge(&mut self, who: &Address) -> Result<(), Fault> {
        let path = self.profile_path(who)?;
        success(&self.host.secret().post(&format!("{path}/unmerge"), &json!({}))).map(drop)
    }

    fn erase(&mut self, who: &Address) -> Result<(), Fault> {
        let path = self.profile_path(who)?;
        success(&self.host.secret().delete(&path)).map(drop)
    }

    fn end(&mut self, how: End) -> Result<(), Fault> {
        self.host.end(how, self.now);
        Ok(())
    }

    fn look(&mut self, who: &Address) -> Result<Option<Seen>, Fault> {
        let Some((profile, page)) = self.profile(who)? else { return Ok(None) };
        if !page["next"].is_null() {
            return Err(Fault(format!("more than {TIMELINE} events on the timeline")));
        }
        seen(text(&profile, "id")?, &profile, &page).map(Some)
    }

    fn segment_size(&mut self, name: &str) -> Result<Size, Fault> {
        let segment = success(&self.host.secret().get(&format!("/v1/segments/{}", path_segment(name))))?;
        let members = segment["size"].as_u64().ok_or_else(|| Fault(format!("no `size` in {segment}")))?;
        let complete = segment["complete"].as_bool().ok_or_else(|| Fault(format!("no `complete` in {segment}")))?;
        Ok(Size { members, complete })
    }
}

/// An event as the tracking spec writes it.
fn wire(event: &Sent) -> Value {
    let mut body = json!({
        "messageId": event.message_id,
        "timestamp": moment::rfc3339(event.timestamp),
        "sentAt": moment::rfc3339(event.sent_at),
        "anonymousId": event.anonymous_id,
        "userId": event.user_id,
    });
    let (word, fields) = match &event.kind {
        SaidKind::Track(name) => {
            body["event"] = json!(name);
            ("track", "properties")
        }
        SaidKind::Page(name) => {
            body["name"] = json!(name);
            ("page", "properties")
        }
        SaidKind::Identify => ("identify", "traits"),
        SaidKind::Alias => {
            body["previousId"] = json!(event.previous_id);
            ("alias", "properties")
        }
    };
    body["type"] = json!(word);
    body[fields] = Value::Object(event.fields.clone());
    if !event.identifiers.is_empty() {
        let external = event.identifiers.iter();
        let external =
            external.map(|id| json!({"type": id.namespace, "id": id.value, "collection": "users", "encoding": "none"}));
        body["context"] = json!({"externalIds": external.collect::<Vec<_>>()});
    }
    body
}

/// What the API shows of one person, as stories compare it.
fn seen(id: String, profile: &Value, page: &Value) -> Result<Seen, Fault> {
    let traits = object(profile, "traits")?.iter().map(|(name, fact)| (name.clone(), fact["value"].clone())).collect();
    let granted = object(profile, "consents")?.iter().filter(|(_, choice)| choice["granted"] == json!(true));
    let segments: Result<BTreeSet<String>, Fault> =
        array(profile, "segments")?.iter().map(|name| as_text(name, "a segment's name")).collect();
    let mut events = array(page, "events")?.iter().map(event_name).collect::<Result<Vec<String>, Fault>>()?;
    events.retain(|name| name != CONSENT_EVENT);
    Ok(Seen { id, traits, granted: granted.map(|(purpose, _)| purpose.clone()).collect(), segments: segments?, events })
}

/// The name by which conditions ask for an event: a track's own, else its type.
fn event_name(event: &Value) -> Result<String, Fault> {
    let word = text(event, "type")?;
    if word == "track" { text(event, "event") } else { Ok(word) }
}

fn success(answer: &Answer) -> Result<Value, Fault> {
    match answer.status {
        204 => Ok(Value::Null),
        200..=299 => serde_json::from_slice(&answer.body).map_err(|error| Fault(format!("{error}: {answer:?}"))),
        _ => Err(Fault(format!("{answer:?}"))),
    }
}

fn object<'a>(value: &'a Value, name: &str) -> Result<&'a Map<String, Value>, Fault> {
    value[name].as_object().ok_or_else(|| Fault(format!("no object `{name}` in {value}")))
}

fn array<'a>(value: &'a Value, name: &str) -> Result<&'a Vec<Value>, Fault> {
    value[name].as_array().ok_or_else(|| Fault(format!("no list `{name}` in {value}")))
}

fn text(value: &Value, name: &str) -> Result<String, Fault> {
    as_text(&value[name], name)
}

fn as_text(value: &Value, what: &str) -> Result<String, Fault> {
    value.as_str().map(str::to_owned).ok_or_else(|| Fault(format!("{what} is no text: {value}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_goes_over_the_wire_as_the_tracking_spec_writes_it() {
        let at = moment::parse("2026-03-02", "10:00").unwrap();
        let event = Sent {
            kind: SaidKind::Track("Order Completed".into()),
            message_id: "m1".into(),
            timestamp: at.minus(Span::HOUR),
            sent_at: at,
            anonymous_id: None,
            user_id: Some("ana".into()),
            previous_id: None,
            identifiers: vec![Address { namespace: "loyalty_card".into(), value: "K1".into() }],
            fields: Map::from_iter([("total".to_owned(), json!(40))]),
        };
        let expected = json!({
            "type": "track", "event": "Order Completed", "messageId": "m1", "userId": "ana", "anonymousId": null,
            "timestamp": "2026-03-02T09:00:00.000Z", "sentAt": "2026-03-02T10:00:00.000Z",
            "properties": {"total": 40},
            "context": {"externalIds": [{"type": "loyalty_card", "id": "K1", "collection": "users", "encoding": "none"}]},
        });
        assert_eq!(wire(&event), expected);
    }

    #[test]
    fn a_profile_and_its_timeline_become_what_stories_compare() {
        let profile = json!({
            "id": "prf_1", "segments": ["vip"],
            "traits": {"size": {"value": 39, "source": "web"}},
            "consents": {"site": {"granted": true}, "email": {"granted": false}},
        });
        let consent = json!({"type": "track", "event": "Consent Updated"});
        let page = json!({"events": [{"type": "track", "event": "A"}, consent, {"type": "page"}], "next": null});
        let seen = seen("prf_1".into(), &profile, &page).unwrap();
        assert_eq!((seen.traits["size"].clone(), seen.events), (json!(39), vec!["A".to_owned(), "page".to_owned()]));
        assert_eq!(seen.granted, ["site".to_owned()].into());
    }

    #[test]
    fn a_shape_that_is_not_the_contract_is_a_fault_not_an_empty_person() {
        let page = json!({"events": [], "next": null});
        assert!(seen("prf_1".into(), &json!({"traits": {}, "consents": {}}), &page).is_err());
        assert!(seen("prf_1".into(), &json!({"traits": {}, "consents": {}, "segments": [1]}), &page).is_err());
    }
}
