//! Whom an event is about, and how far each identifier is to be believed.

use std::{borrow::Cow, cmp::Reverse};

use model::{
    event::{Claim, Evidence},
    identifier::{self, Identifier, NamespaceRules, Strength, namespace},
    limits,
    value::Value,
};

use crate::error::{Code, pointer};

use super::{Kind, Problem, Receiver, message::Message, value::Pairs};

/// The identifiers of one event.
pub(super) struct Claimed {
    /// Strongest first, then by namespace and value; at most [`limits::EVENT_IDENTIFIERS`].
    pub(super) claims: Vec<Claim>,
    /// Why the event cannot be taken, if its identifiers forbid it.
    pub(super) problem: Option<Problem>,
}

/// Reads the identifiers of an event: `userId`, `anonymousId`, an alias's `previousId`, the traits and an order's
/// properties that identify, the device, Segment's `externalIds`, and our own `context.identifiers`.
///
/// Values that identify nobody are passed over. From a source that is not trusted a namespace counts once, the first
/// place in the order above; an alias may name two accounts.
pub(super) fn claims(message: &Message<'_>, kind: Option<Kind>, receiver: &Receiver<'_>) -> Claimed {
    let mut reading = Reading { receiver, kind, claims: Vec::with_capacity(2), problem: None };
    let linked = linked_ids(message);
    reading.ids(message, &linked);
    reading.traits(message);
    if let Some(Value::Text(id)) = message.context.fields.at(&["device", "id"]) {
        reading.add(namespace::MOBILE_ID, id, reading.authority());
    }
    reading.external_ids(message);
    reading.own_namespaces(message);
    reading.finish()
}

struct Reading<'a> {
    receiver: &'a Receiver<'a>,
    kind: Option<Kind>,
    claims: Vec<(Strength, Claim)>,
    problem: Option<Problem>,
}

impl Reading<'_> {
    fn ids(&mut self, message: &Message<'_>, linked: &[String]) {
        let anonymous = message.anonymous_id.text();
        if let Some(id) = &anonymous {
            let evidence = if linked.iter().any(|link| link == id) { Evidence::Link } else { Evidence::Stated };
            self.add(namespace::ANONYMOUS_ID, id, evidence);
        }
        if let Some(id) = message.user_id.text() {
            let evidence = if linked.iter().any(|link| *link == id) { Evidence::Link } else { self.authority() };
            self.add(namespace::USER_ID, &id, evidence);
        }
        // An alias to itself adds nothing: the event stays, with one identifier, and joins nobody.
        if let (Some(Kind::Alias), Some(id)) = (self.kind, message.previous_id.text())
            && anonymous.as_deref() != Some(&*id)
        {
            self.add(namespace::USER_ID, &id, self.authority());
        }
    }

    fn traits(&mut self, message: &Message<'_>) {
        if self.kind == Some(Kind::Identify) {
            self.contact(&message.traits);
        }
        self.contact(&message.context.traits);
        // Only an order's own address is the buyer's: a shared product carries its recipient's.
        let is_order =
            || message.event.text().is_some_and(|name| name.starts_with("Order ") || name.ends_with(" Order"));
        if self.kind == Some(Kind::Track) && is_order() {
            self.contact(&message.properties);
        }
    }

    /// Address, phone and card among traits or properties.
    fn contact(&mut self, pairs: &Pairs) {
        if pairs.is_empty() {
            return;
        }
        let get =
            |names: &[&str]| pairs.iter().rev().find(|(name, _)| names.contains(&&**name)).map(|(_, value)| value);
        let verified = |names: &[&str]| match get(names) {
            Some(Value::Bool(true)) if self.receiver.source.trusted => Evidence::Verified,
            _ => Evidence::Stated,
        };
        let (email, phone) =
            (verified(&["email_verified", "emailVerified"]), verified(&["phone_verified", "phoneVerified"]));
        for (namespace, evidence, names) in [
            (namespace::EMAIL, email, &["email"][..]),
            (namespace::PHONE, phone, &["phone"]),
            (namespace::LOYALTY_CARD, self.authority(), &["loyalty_card", "loyaltyCard"]),
        ] {
            if let Some(value) = get(names).and_then(scalar_text) {
                self.add(namespace, &value, evidence);
            }
        }
    }

    /// `[{id, type, collection, encoding}]`. Other tools put ids of their own there: a type that is no namespace of
    /// the project is passed over, and so are other collections than `users` and encoded values.
    fn external_ids(&mut self, message: &Message<'_>) {
        let Some(Value::List(ids)) = &message.context.external_ids else { return };
        for entry in ids.iter() {
            let Value::Map(entry) = entry else { continue };
            let is = |name, expected| entry.get(name).is_none_or(|value| value.as_text() == Some(expected));
            if !is("collection", "users") || !is("encoding", "none") {
                continue;
            }
            if let (Some(Value::Text(namespace)), Some(id)) = (entry.get("type"), entry.get("id").and_then(scalar_text))
            {
                self.add(namespace, &id, self.authority_over(namespace));
            }
        }
    }

    fn own_namespaces(&mut self, message: &Message<'_>) {
        let Some(Value::Map(identifiers)) = &message.context.identifiers else { return };
        for (namespace, value) in identifiers.iter() {
            if !self.receiver.namespaces.contains_key(&**namespace) {
                let pointer = pointer("/context/identifiers", namespace);
                self.problem.get_or_insert(Problem::new(Code::UnknownNamespace, pointer));
            } else if let Some(id) = scalar_text(value) {
                self.add(namespace, &id, self.authority_over(namespace));
            }
        }
    }

    /// What the source's word is worth for accounts, cards and the shop's own numbers.
    fn authority(&self) -> Evidence {
        if self.receiver.source.trusted { Evidence::Verified } else { Evidence::Stated }
    }

    /// Addresses and phones are verified only where the source says so of the very value.
    fn authority_over(&self, namespace: &str) -> Evidence {
        match namespace {
            namespace::EMAIL | namespace::PHONE | namespace::ANONYMOUS_ID => Evidence::Stated,
            _ => self.authority(),
        }
    }

    fn add(&mut self, namespace: &str, value: &str, evidence: Evidence) {
        let Some((name, rules)) = self.receiver.namespaces.get_key_value(namespace) else { return };
        let Ok(value) = identifier::normalize(value, rules.fold_case) else { return };
        let identifier = Identifier { namespace: name.clone(), value };
        let strength = strength(rules, evidence);
        if let Some((known, claim)) = self.claims.iter_mut().find(|(_, claim)| claim.identifier == identifier) {
            if evidence > claim.evidence && claim.evidence != Evidence::Link {
                (*known, claim.evidence) = (strength, evidence);
            }
            return;
        }
        let once = !self.receiver.source.trusted && self.kind != Some(Kind::Alias);
        let taken = once && self.claims.iter().any(|(_, claim)| claim.identifier.namespace == *name);
        if !taken && self.claims.len() <= limits::EVENT_IDENTIFIERS {
            self.claims.push((strength, Claim { identifier, evidence }));
        }
    }

    fn finish(mut self) -> Claimed {
        let count = self.claims.len();
        self.claims.sort_by(|(a_strength, a), (b_strength, b)| {
            (Reverse(a_strength), &a.identifier).cmp(&(Reverse(b_strength), &b.identifier))
        });
        self.claims.truncate(limits::EVENT_IDENTIFIERS);
        let counted = match count {
            0 => Some(Problem::new(Code::NoIdentifier, "")),
            _ if count > limits::EVENT_IDENTIFIERS => Some(Problem::new(Code::TooManyIdentifiers, "")),
            _ => None,
        };
        Claimed { claims: self.claims.into_iter().map(|(_, claim)| claim).collect(), problem: self.problem.or(counted) }
    }
}

/// How well the identifier tells persons apart on this event.
fn strength(rules: &NamespaceRules, evidence: Evidence) -> Strength {
    match evidence {
        Evidence::Link => Strength::Device,
        Evidence::Verified if rules.strong_when_verified => Strength::Strong,
        Evidence::Stated | Evidence::Verified => rules.strength,
    }
}

/// The ids that rode on the page's link (`?ajs_uid=`, `?ajs_aid=`): whoever opens the link gets them. The address of
/// the next page has them in its referrer; later pages show no trace, so the identity graph remembers.
fn linked_ids(message: &Message<'_>) -> Vec<String> {
    let texts = ["search", "url", "referrer"].map(|name| message.context.fields.at(&["page", name]));
    let mut ids = Vec::new();
    for query in texts.iter().flatten().filter_map(|value| value.as_text()).filter(|text| text.contains("ajs_")) {
        for pair in query.split(['?', '&', '#']) {
            if let Some(value) = pair.strip_prefix("ajs_uid=").or_else(|| pair.strip_prefix("ajs_aid=")) {
                ids.push(percent_decoded(value));
            }
        }
    }
    ids
}

fn percent_decoded(text: &str) -> String {
    let (bytes, mut at) = (text.as_bytes(), 0);
    let mut decoded = Vec::with_capacity(bytes.len());
    while let Some(byte) = bytes.get(at) {
        let hex = bytes.get(at + 1..at + 3).and_then(|hex| std::str::from_utf8(hex).ok());
        match (byte, hex.and_then(|hex| u8::from_str_radix(hex, 16).ok())) {
            (b'%', Some(value)) => {
                decoded.push(value);
                at += 2;
            }
            (b'+', _) => decoded.push(b' '),
            _ => decoded.push(*byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

fn scalar_text(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::Text(text) => Some(Cow::Borrowed(text)),
        Value::Int(number) => Some(Cow::Owned(number.to_string())),
        _ => None,
    }
}
