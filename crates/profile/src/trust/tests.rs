use std::sync::LazyLock;

use model::{
    fact::FactKind,
    name::{Name, Source},
    schema::{Meaning, TraitType},
    source::{LegalBasis, Party},
};
use proptest::prelude::*;

use super::*;

/// 2026-03-02T10:00:00Z.
const NOW: Timestamp = Timestamp::saturating_from_millis(1_772_445_600_000);

static OWN: LazyLock<Own> = LazyLock::new(|| Own::default().with_mail("contact@shoes.bzh"));

/// What one source says, some time ago.
#[derive(Debug, Clone)]
struct Word {
    said: TraitValue,
    rules: SourceRules,
}

fn word(source: &str, reliability: f64, days_ago: i64, value: impl Into<Value>) -> Word {
    let said = TraitValue {
        value: value.into(),
        as_of: NOW.minus(Span::DAY.times(days_ago)),
        source: source.into(),
        kind: FactKind::Declared,
    };
    let rules = SourceRules {
        name: source.into(),
        reliability_permille: (reliability * 1_000.0) as u16,
        basis: LegalBasis::Consent { any_of: Vec::new() },
        kind: FactKind::Declared,
        trusted: false,
        party: Party::First,
    };
    Word { said, rules }
}

impl Word {
    fn kind(mut self, kind: FactKind) -> Self {
        self.said.kind = kind;
        self
    }

    fn of_a_partner(mut self) -> Self {
        self.rules.party = Party::Third;
        self
    }
}

fn denial(days_ago: i64, value: Option<&str>) -> Denial {
    let source: Name<Source> = "web".into();
    Denial { value: value.map(Value::from), as_of: NOW.minus(Span::DAY.times(days_ago)), source }
}

/// A text with a half-life of 100 days, one of ten.
fn size() -> TraitRules {
    let half_life = Some(Span::DAY.times(100));
    TraitRules { holds: TraitType::Text, purpose: None, meaning: None, half_life }
}

fn first_name() -> TraitRules {
    TraitRules::usual("first_name", TraitType::Text)
}

fn at<'a>(words: &'a [Word], denied: &'a [Denial], rules: &TraitRules, now: Timestamp) -> Option<Judgement<'a>> {
    let said =
        words.iter().map(|word| Statement { said: &word.said, source: Some(&word.rules), shared: SharedBy::Few });
    believe(said, denied, &Ground { rules, own: &OWN, floors: Floors::default(), now })
}

/// The value that is believed now, how far to four decimals, and for what.
fn judged<'a>(words: &'a [Word], denied: &'a [Denial], rules: &TraitRules) -> Option<(&'a Value, f64, Option<Use>)> {
    let all = at(words, denied, rules, NOW)?;
    Some((&all.value.value, (all.trust.get() * 10_000.0).round() / 10_000.0, all.most))
}

#[test]
fn one_word_is_as_good_as_its_source_and_fades_to_a_guess() {
    for (days_ago, trust, most) in [
        (0, 0.9, Some(Use::State)),
        (1, 0.8945, Some(Use::Show)),
        (50, 0.6657, Some(Use::Show)),
        (100, 0.5, Some(Use::Sort)),
        (200, 0.3, None),
        (40_000, 0.1, None),
        // Of tomorrow: somebody's clock is ahead.
        (-1, 0.9, Some(Use::State)),
    ] {
        let words = [word("web", 0.9, days_ago, "38")];
        assert_eq!(judged(&words, &[], &size()), Some((&"38".into(), trust, most)), "{days_ago} days ago");
    }
}

#[test]
fn agreement_raises_and_contradiction_lowers() {
    // By hand: 0.8·9/0.2 = 36 to 1 for each; the other values stand at 1.
    let agree = [word("web", 0.8, 0, "38"), word("app", 0.8, 0, "38")];
    assert_eq!(judged(&agree, &[], &size()), Some((&"38".into(), 0.9931, Some(Use::State))));
    // 36 : 36 : eight others; said in the same moment, so the greater one stands.
    let tie = [word("web", 0.8, 0, "38"), word("app", 0.8, 0, "39")];
    assert_eq!(judged(&tie, &[], &size()), Some((&"39".into(), 0.45, Some(Use::Sort))));
    // 0.95·9/0.05 = 171 to 36.
    let better = [word("till", 0.95, 0, "38"), word("app", 0.8, 0, "39")];
    assert_eq!(judged(&better, &[], &size()), Some((&"38".into(), 0.7953, Some(Use::Show))));
    let two_to_one = [word("till", 0.95, 0, "38"), word("app", 0.8, 0, "39"), word("web", 0.8, 0, "39")];
    assert_eq!(judged(&two_to_one, &[], &size()), Some((&"39".into(), 0.8786, Some(Use::Show))));
}

#[test]
fn two_old_words_that_agree_are_old_together() {
    let words = [word("web", 0.9, 100, "38"), word("app", 0.9, 100, "38")];
    let (_, trust, _) = judged(&words, &[], &size()).unwrap();
    assert!((0.54..0.56).contains(&trust), "half of it is left, and the guess: {trust}");
}

#[test]
fn a_new_word_replaces_the_old_one_of_its_source_and_outlives_that_of_another() {
    let words = [word("web", 0.9, 0, "39"), word("web", 0.9, 3, "38")];
    assert_eq!(judged(&words, &[], &size()), Some((&"39".into(), 0.9, Some(Use::State))));
    let moved = [word("till", 0.95, 300, "38"), word("web", 0.9, 0, "39")];
    let (value, trust, most) = judged(&moved, &[], &size()).unwrap();
    assert_eq!((value, most), (&"39".into(), Some(Use::Show)));
    assert!((0.88..0.9).contains(&trust), "{trust}");
}

#[test]
fn a_firmer_kind_wins_and_others_can_only_agree() {
    let declared = word("web", 0.7, 30, "38");
    let of = |kind, value: &str| word("model", 0.99, 0, value).kind(kind);
    for kind in [FactKind::Inferred, FactKind::Observed] {
        let alone = judged(std::slice::from_ref(&declared), &[], &size());
        let words = [declared.clone(), of(kind, "39")];
        assert_eq!(judged(&words, &[], &size()), alone, "{kind:?}");
        let agreeing = [declared.clone(), of(kind, "38")];
        let trust = judged(&agreeing, &[], &size()).unwrap().1;
        assert!(trust > 0.99, "{kind:?}: {trust}");
    }
    let corrected = [word("till", 0.95, 1, "38"), word("web", 0.7, 9, "39").kind(FactKind::Corrected)];
    assert_eq!(judged(&corrected, &[], &size()).unwrap().0, &"39".into(), "also over what was said later");
}

#[test]
fn a_source_has_one_voice() {
    let concluded = word("web", 0.9, 0, "38").kind(FactKind::Inferred);
    let words = [word("web", 0.9, 0, "38"), concluded];
    assert_eq!(judged(&words, &[], &size()), Some((&"38".into(), 0.9, Some(Use::State))));
    let earlier = [word("web", 0.9, 10, "38"), word("web", 0.9, 0, "39").kind(FactKind::Observed)];
    assert_eq!(judged(&earlier, &[], &size()).unwrap().0, &"38".into(), "the firmer word of it");
}

#[test]
fn a_third_party_is_believed_by_half_for_a_season_and_never_over_the_person() {
    let partner = |days_ago, value: &str| word("partner", 0.99, days_ago, value).of_a_partner();
    let name = first_name();
    for (days_ago, trust) in [(0, 0.5), (90, 0.3), (900, 0.1004)] {
        assert_eq!(judged(&[partner(days_ago, "Anna")], &[], &name).unwrap().1, trust, "{days_ago} days ago");
    }
    let own = word("web", 0.6, 400, "Anna");
    let alone = judged(std::slice::from_ref(&own), &[], &name);
    let corrected = partner(0, "Berta").kind(FactKind::Corrected);
    for other in [partner(0, "Berta"), corrected] {
        assert_eq!(judged(&[own.clone(), other], &[], &name), alone);
    }
    // Beside another partner it fades as it does alone, and the trust is asked for again every day.
    let two = [partner(0, "Anna"), word("model", 0.5, 0, "Berta").kind(FactKind::Inferred)];
    let judgement = at(&two, &[], &name, NOW).unwrap();
    assert_eq!(judgement.stands_until, Some(NOW.plus(Span::DAY)));
    assert_eq!(judged(&two, &[], &name).unwrap().1, 0.3462);
    let later = at(&two, &[], &name, NOW.plus(Span::DAY.times(900))).unwrap();
    assert_eq!(later.value.value, "Berta".into());
}

#[test]
fn a_correction_ends_what_was_said_before_it() {
    let wrong = [word("till", 0.95, 5, "Bob"), word("app", 0.9, 4, "Bob")];
    let corrected = |days_ago| word("agent", 0.92, days_ago, "Anna").kind(FactKind::Corrected);
    let mut words = wrong.to_vec();
    words.push(corrected(0));
    assert_eq!(judged(&words, &[], &first_name()), Some((&"Anna".into(), 0.92, Some(Use::State))));
    let before = [wrong[0].clone(), wrong[1].clone(), corrected(9)];
    assert_eq!(judged(&before, &[], &first_name()).unwrap().0, &"Anna".into(), "a repetition is no news");
    let twice = [corrected(3), word("web", 0.9, 2, "Hanna").kind(FactKind::Corrected)];
    assert_eq!(judged(&twice, &[], &first_name()), Some((&"Hanna".into(), 0.8999, Some(Use::Show))), "two days old");
}

#[test]
fn a_denied_value_is_gone_until_it_is_corrected_back() {
    let name = first_name();
    let bob = word("till", 0.95, 5, "Bob");
    let anna = word("crm", 0.6, 400, "Anna");
    assert_eq!(judged(std::slice::from_ref(&bob), &[denial(1, Some("BOB"))], &name), None);
    let words = [bob.clone(), anna.clone()];
    assert_eq!(judged(&words, &[denial(1, Some("Bob"))], &name).unwrap().0, &"Anna".into(), "what is left");
    let repeated = [word("till", 0.95, 0, "Bob"), anna];
    assert_eq!(judged(&repeated, &[denial(1, Some("Bob"))], &name).unwrap().0, &"Anna".into());
    let back = [word("web", 0.92, 0, "Bob").kind(FactKind::Corrected)];
    assert_eq!(judged(&back, &[denial(1, Some("Bob"))], &name).unwrap().0, &"Bob".into());
    // Without a value, all that was said until then; what is said later counts.
    assert_eq!(judged(std::slice::from_ref(&bob), &[denial(5, None)], &name), None);
    assert_eq!(judged(std::slice::from_ref(&bob), &[denial(6, None)], &name).unwrap().0, &"Bob".into());
}

#[test]
fn a_value_taken_back_is_no_value() {
    let taken = word("web", 0.9, 0, Value::Null);
    let judgement = at(std::slice::from_ref(&taken), &[], &first_name(), NOW).unwrap();
    assert_eq!((judgement.most, judgement.stands_until), (None, None));
    let another = [taken, word("till", 0.95, 0, "Anna")];
    assert_eq!(judged(&another, &[], &first_name()).unwrap().0, &"Anna".into());
}

#[test]
fn a_doubted_value_is_believed_one_time_in_ten() {
    for (rules, value) in [
        (first_name(), Value::from("aaa")),
        (TraitRules::usual("email", TraitType::Text), Value::from("x@mailinator.com")),
        (TraitRules::usual("email", TraitType::Text), Value::from("Contact@shoes.bzh")),
        (TraitRules::usual("birth_date", TraitType::Time), Value::Time(Timestamp::EPOCH)),
        (
            TraitRules::usual("birth_date", TraitType::Time),
            Value::Time(Timestamp::saturating_from_millis(-2_208_988_800_000)),
        ),
    ] {
        let alone = [word("till", 1.0, 0, value.clone())];
        assert_eq!(judged(&alone, &[], &rules), Some((&value, 0.1, None)), "{value:?}");
        let three = ["till", "web", "app"].map(|source| word(source, 1.0, 0, value.clone()));
        assert!(judged(&three, &[], &rules).unwrap().1 <= 0.1, "{value:?}");
    }
    let beside = [word("web", 0.92, 0, "aaa"), word("till", 0.95, 0, "Anna")];
    let (value, trust, _) = judged(&beside, &[], &first_name()).unwrap();
    assert_eq!(value, &"Anna".into());
    assert!((0.94..=0.95).contains(&trust), "a false value is no contradiction: {trust}");
    let choices = TraitType::OneOf(vec!["test".into(), "n/a".into()]);
    let rules = TraitRules { holds: choices, meaning: Some(Meaning::GivenName), ..size() };
    let doubted = [word("web", 0.9, 0, "test"), word("app", 0.9, 0, "n/a")];
    assert!(judged(&doubted, &[], &rules).unwrap().1 <= 0.1, "two false ones of two");
}

#[test]
fn a_value_that_too_many_have_is_doubted() {
    let words = [word("till", 0.95, 0, "ana@breizh.fr")];
    let said = Statement { said: &words[0].said, source: Some(&words[0].rules), shared: SharedBy::TooMany };
    let rules = TraitRules::usual("email", TraitType::Text);
    let ground = Ground { rules: &rules, own: &OWN, floors: Floors::default(), now: NOW };
    assert_eq!(believe([said], [], &ground).map(|all| all.trust.get()), Some(0.1));
}

#[test]
fn sources_of_reliability_0_and_1_and_none_at_all_leave_numbers() {
    for (first, second) in [(0.0, 0.0), (0.0, 1.0), (1.0, 1.0)] {
        for holds in [TraitType::Text, TraitType::Bool, TraitType::OneOf(vec!["one".into()])] {
            let rules = TraitRules { holds, ..size() };
            let words = [word("a", first, 0, "38"), word("b", second, 0, "39")];
            let trust = at(&words, &[], &rules, NOW).unwrap().trust.get();
            assert!((0.0..=1.0).contains(&trust) && trust.is_finite(), "{first} and {second}: {trust}");
        }
    }
    assert_eq!(judged(&[word("a", 1.0, 0, "38")], &[], &size()).unwrap().1, 0.999);
    assert_eq!(judged(&[word("a", 0.0, 0, "38")], &[], &size()).unwrap().1, 0.001);
    let orphan = word("gone", 0.9, 0, "38");
    let said = Statement { said: &orphan.said, source: None, shared: SharedBy::Few };
    let ground = Ground { rules: &size(), own: &OWN, floors: Floors::default(), now: NOW };
    assert_eq!(believe([said], [], &ground).map(|all| all.trust.get()), Some(0.5));
}

#[test]
fn what_never_fades_stands_for_ever() {
    let birth = TraitRules::usual("birth_date", TraitType::Text);
    let words = [word("web", 0.92, 4_000, "surely some day")];
    let judgement = at(&words, &[], &birth, NOW).unwrap();
    assert_eq!((judgement.trust.get(), judgement.stands_until, judgement.moves_at), (0.92, None, None));
}

#[test]
fn a_doubt_that_ends_with_time_ends_the_answer() {
    let birth = TraitRules::usual("birth_date", TraitType::Time);
    let words = [word("till", 0.95, 10, Value::Time(NOW.plus(Span::DAY.times(30))))];
    let judgement = at(&words, &[], &birth, NOW).unwrap();
    assert_eq!(judgement.trust.get(), 0.1, "born in a month");
    assert!(judgement.stands_until.is_some_and(|until| until > NOW && until <= NOW.plus(Span::DAY.times(31))));
    assert_eq!(judgement.moves_at, judgement.stands_until);
}

#[test]
fn every_word_is_explained() {
    let words = [
        word("web", 0.92, 2, "aaa"),
        word("till", 0.95, 1, "Anna"),
        word("till", 0.95, 9, "Ann").kind(FactKind::Observed),
        word("model", 0.8, 0, "Berta").kind(FactKind::Inferred),
        word("crm", 0.8, 50, "Bob"),
    ];
    let said =
        words.iter().map(|word| Statement { said: &word.said, source: Some(&word.rules), shared: SharedBy::Few });
    let rules = first_name();
    let ground = Ground { rules: &rules, own: &OWN, floors: Floors::default(), now: NOW };
    let denied = [denial(40, Some("Bob"))];
    let all = explain(said, &denied, &ground);
    let told: Vec<_> = all.iter().map(|one| (one.said.source.as_str(), one.role, one.doubt.map(Doubt::word))).collect();
    assert_eq!(
        told,
        [
            ("till", Role::Counts, None),
            ("web", Role::Counts, Some("repeated_letters")),
            ("model", Role::Outweighed, None),
            ("till", Role::Replaced, None),
            ("crm", Role::Ended, None),
        ]
    );
    assert_eq!(all[1].alone.get(), 0.1);
    assert_eq!((all[0].trust.is_some(), all[2].trust), (true, None));
}

fn words() -> impl Strategy<Value = Vec<Word>> {
    let kinds = [FactKind::Inferred, FactKind::Observed, FactKind::Declared, FactKind::Corrected];
    let one = (0..4u8, 0..4usize, 0..400i64, 0..4u8, any::<bool>());
    let one = one.prop_map(move |(source, kind, hours_ago, value, is_partner)| {
        let value = if value == 0 { Value::Null } else { Value::from(["38", "39", "null"][usize::from(value) - 1]) };
        let reliability = [0.0, 0.55, 0.92, 0.99][usize::from(source)];
        let mut word = word(&format!("s{source}"), reliability, 0, value).kind(kinds[kind]);
        word.said.as_of = NOW.minus(Span::HOUR.times(hours_ago * 7));
        if is_partner && source == 1 { word.of_a_partner() } else { word }
    });
    prop::collection::vec(one, 1..6)
}

fn denials() -> impl Strategy<Value = Vec<Denial>> {
    let one = (0..100i64, prop::option::of(prop::sample::select(vec!["38", "39"])));
    prop::collection::vec(one.prop_map(|(days_ago, value)| denial(days_ago, value)), 0..2)
}

proptest! {
    #[test]
    fn the_order_never_shows(words in words(), denied in denials(), seed in any::<u64>()) {
        let mut turned = words.clone();
        let places = turned.len() as u64;
        for place in 0..turned.len() {
            turned.swap(place, (seed.rotate_left(place as u32 * 7) % places) as usize);
        }
        let there = at(&words, &denied, &size(), NOW);
        let back: Vec<Denial> = denied.iter().rev().cloned().collect();
        prop_assert_eq!(there, at(&turned, &back, &size(), NOW));
    }

    #[test]
    fn an_answer_stands_until_it_says(words in words(), denied in denials()) {
        let Some(first) = at(&words, &denied, &size(), NOW) else { return Ok(()) };
        for hours in (0..24 * 400).step_by(13) {
            let now = NOW.plus(Span::HOUR.times(hours));
            let then = at(&words, &denied, &size(), now).unwrap();
            if first.stands_until.is_none_or(|until| now < until) {
                prop_assert_eq!((then.value, then.most), (first.value, first.most), "after {} hours", hours);
            }
            if first.shown_until.is_none_or(|until| now < until) {
                let shows = |most: Option<Use>| most >= Some(Use::Show);
                prop_assert_eq!((then.value, shows(then.most)), (first.value, shows(first.most)), "after {} hours", hours);
            }
            if first.moves_at.is_none_or(|until| now < until) {
                prop_assert_eq!(then.trust, first.trust, "after {} hours", hours);
            }
        }
        prop_assert!(first.stands_until.is_none_or(|until| until > NOW));
        prop_assert!(first.moves_at.is_none_or(|until| until > NOW));
    }

    #[test]
    fn one_word_turns_to_the_day(days_ago in 0..300i64, reliability in 0.0..1.0f64) {
        let words = [word("web", reliability, days_ago, "38")];
        let first = at(&words, &[], &size(), NOW).unwrap();
        if let Some(until) = first.stands_until {
            let day_before = at(&words, &[], &size(), until.minus(Span::from_millis(1))).unwrap();
            prop_assert_eq!(day_before.most, first.most);
            prop_assert_ne!(at(&words, &[], &size(), until).unwrap().most, first.most);
        }
        if let (Some(Use::State), Some(until)) = (first.most, first.shown_until) {
            let day_before = at(&words, &[], &size(), until.minus(Span::from_millis(1))).unwrap();
            prop_assert!(day_before.most >= Some(Use::Show));
            prop_assert!(at(&words, &[], &size(), until).unwrap().most < Some(Use::Show));
        }
    }
}
