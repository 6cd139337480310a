//! Prints what it costs to say how far a value is believed: `cargo run --release -p profile --example trust_speed`.

use std::{hint::black_box, time::Duration};

use model::{
    fact::{FactKind, TraitValue},
    schema::{TraitRules, TraitType},
    source::{LegalBasis, Party, SourceRules},
    time::{Span, Timestamp},
    trust::Floors,
};
use profile::{
    doubt::{SharedBy, own::Own},
    trust::{Ground, Statement, believe},
};

const ROUNDS: u32 = 500_000;

fn main() {
    let now = Timestamp::saturating_from_millis(1_772_445_600_000);
    let rules = |source: &str| SourceRules {
        name: source.into(),
        reliability_permille: 920,
        basis: LegalBasis::Consent { any_of: Vec::new() },
        kind: FactKind::Declared,
        trusted: false,
        party: Party::First,
    };
    let said = |source: &str, days_ago: i64, value: &str| TraitValue {
        value: value.into(),
        as_of: now.minus(Span::DAY.times(days_ago)),
        source: source.into(),
        kind: FactKind::Declared,
    };
    let (web, till) = (rules("web"), rules("till"));
    let own = Own::default();
    for (name, values) in [("size", ["38", "39"]), ("first_name", ["Anna", "Hannah"]), ("email", ["a@b.fr", "b@b.fr"])]
    {
        let trait_rules = TraitRules::usual(name, TraitType::Text);
        let ground = Ground { rules: &trait_rules, own: &own, floors: Floors::default(), now };
        for (what, all) in [
            ("one word", vec![(said("web", 3, values[0]), &web)]),
            ("two that agree", vec![(said("web", 3, values[0]), &web), (said("till", 90, values[0]), &till)]),
            ("two that do not", vec![(said("web", 3, values[0]), &web), (said("till", 90, values[1]), &till)]),
        ] {
            let statements = || {
                let each = all.iter();
                each.map(|(said, source)| Statement { said, source: Some(source), shared: SharedBy::Few })
            };
            let each = time(|| {
                black_box(believe(black_box(statements()), [], &ground));
            });
            println!("{:>5.0} ns, {name}: {what}", each.as_secs_f64() * 1e9);
        }
    }
}

/// The best of five, for one call.
#[expect(clippy::disallowed_methods, reason = "a measurement needs the real clock")]
fn time(mut call: impl FnMut()) -> Duration {
    let measure = |_| {
        let start = std::time::Instant::now();
        (0..ROUNDS / 5).for_each(|_| call());
        start.elapsed() / (ROUNDS / 5)
    };
    (0..5).map(measure).min().expect("five rounds")
}
