//! Prints what the tracking parser costs for one event: `cargo run --release -p api --example parse_speed`.
//!
//! The reference in the same run reads the same bytes into `serde_json::Value`.

use std::{
    collections::{BTreeMap, BTreeSet},
    hint::black_box,
    time::Duration,
};

use api::tracking::{Gpc, Kind, Receiver, Route, read};
use model::{
    consent::PURPOSES,
    fact::FactKind,
    identifier::{NamespaceRules, Strength},
    name::Name,
    schema::TraitSchema,
    source::{LegalBasis, Party, SourceRules},
    time::Timestamp,
};

const EVENT: &str = r#"{"messageId":"ajs-next-1772445599000-3b0f2a77","timestamp":"2026-03-02T09:59:58.000Z","type":"track","event":"Product Added","userId":"u-1002931","anonymousId":"b1c3f8aa-77d0-4b5e-9d5e-0c51b2f1a001","properties":{"product_id":"boot-42","sku":"G-32","category":"Boots","name":"Winter boot","brand":"Aigle","variant":"brown","price":129.5,"quantity":1,"currency":"EUR"},"context":{"page":{"path":"/boots/42","search":"?q=boots","url":"https://shop.example/boots/42","title":"Winter boot"},"locale":"fr-FR","userAgent":"Mozilla/5.0","consent":{"categoryPreferences":{"site":true}}},"integrations":{},"sentAt":null}"#;
const ROUNDS: u32 = 2_000;
const BATCH: u32 = 100;

fn main() {
    let rules = |strength| NamespaceRules {
        strength,
        strong_when_verified: true,
        one_per_person: true,
        most_per_profile: 5,
        fold_case: false,
    };
    let receiver = Receiver {
        received_at: Timestamp::from_millis(1_772_445_600_000).expect("a moment of 2026"),
        source: &SourceRules {
            name: "web".into(),
            reliability_permille: 700,
            basis: LegalBasis::Consent { any_of: vec!["site".into()] },
            kind: FactKind::Declared,
            trusted: false,
            party: Party::First,
        },
        namespaces: &BTreeMap::from([
            (Name::from("anonymous_id"), rules(Strength::Device)),
            (Name::from("user_id"), rules(Strength::Strong)),
            (Name::from("email"), rules(Strength::Weak)),
        ]),
        schema: &TraitSchema::default(),
        consent_categories: &BTreeMap::new(),
        hosts: &model::site::Hosts::default(),
        purposes: &PURPOSES.iter().map(|purpose| Name::from(*purpose)).collect::<BTreeSet<_>>(),
        gpc: Gpc::Absent,
        salt: 1,
    };
    let batch = format!(r#"{{"batch":[{}],"writeKey":"wk_1"}}"#, vec![EVENT; BATCH as usize].join(","));
    let batches = time(ROUNDS, || drop(black_box(read(batch.as_bytes(), Route::Batch, &receiver)))) / BATCH;
    let singles = time(ROUNDS * BATCH, || drop(black_box(read(EVENT.as_bytes(), Route::One(Kind::Track), &receiver))));
    let tree = time(ROUNDS * BATCH, || drop(black_box(serde_json::from_str::<serde_json::Value>(EVENT))));
    println!("{} bytes an event", EVENT.len());
    for (what, each) in [("in batches of 100", batches), ("one by one", singles), ("serde_json::Value alone", tree)] {
        println!("{:>6.2} µs an event, {what}", each.as_secs_f64() * 1e6);
    }
}

/// The best of five, for one call.
#[expect(clippy::disallowed_methods, reason = "a measurement needs the real clock")]
fn time(rounds: u32, mut call: impl FnMut()) -> Duration {
    let measure = |_| {
        let start = std::time::Instant::now();
        (0..rounds / 5).for_each(|_| call());
        start.elapsed() / (rounds / 5)
    };
    (0..5).map(measure).min().expect("five rounds")
}
