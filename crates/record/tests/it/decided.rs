//! Records of decisions: every word of them reads back, and nothing of them reads without the key of their side.

use assign::Share;
use condition::{Belief, Bounds, Evidence, Fade, Fading, Model, Reading, Verdict};
use decide::{
    Absent, Candidate, Decision, Explain, Ground, Memory, Recognized, Rejected, Rejection, Seen, SeenFacts, Served,
    Showing, ShownItem, Standing, Suggested, Suggestion, Tastes, Why,
};
use engine::{
    command::Command,
    decided::{Decided, PageAsked},
};
use model::{
    decision::{Channel, Reason},
    id::{Id, ProfileId},
    journey::{Intent, Stage},
    partition::Partition,
    time::Span,
    trust::{Trust, Use},
    value::{Fields, Finite, Value},
};
use record::{
    decided::{DecisionIds, decided_page, open_decided, seal_decided},
    log::Recalled,
};

use crate::{
    block::commands_of,
    keys::{every, key_of, none},
    sample,
};

#[test]
fn a_record_reads_back() {
    for decided in [sample_decided(), for_nobody()] {
        let sealed = seal_decided(&key_of(sample::SIDE), sample::SIDE, &decided);
        assert_eq!(open_decided(&key_of(sample::SIDE), sample::SIDE, &sealed), Ok(decided));
        let another = ProfileId::mint(Partition(1), 77, 0);
        assert!(open_decided(&key_of(another), sample::SIDE, &sealed).is_err(), "another key");
        assert!(open_decided(&key_of(sample::SIDE), another, &sealed).is_err(), "another side");
    }
}

#[test]
fn an_id_tells_whom_it_is_about_only_to_who_can_lift_the_veil() {
    let (ids, others) = (DecisionIds::new(&[1; 32]), DecisionIds::new(&[2; 32]));
    let side = ProfileId::mint(Partition(63), 4_000_000_000, 5);
    let mint = |salt: u32| ids.mint(side, sample::NOW, salt);
    for salt in 0..200 {
        let id = mint(salt);
        assert_eq!(ids.side_of(id), (Partition(63), 4_000_000_000));
        assert_eq!(ids.side_of(id.at_place(63)), (Partition(63), 4_000_000_000));
        assert_ne!(others.side_of(id), (Partition(63), 4_000_000_000));
        assert_eq!(id.at(), sample::NOW);
    }
    let veiled: std::collections::BTreeSet<u64> = (0..200).map(|salt| mint(salt).veiled()).collect();
    assert_eq!(veiled.len(), 200, "two decisions about one person look alike in nothing");
}

#[test]
fn every_word_reads_back() {
    for reason in Reason::ALL {
        let mut decided = for_nobody();
        decided.decisions[0].reason = reason;
        let sealed = seal_decided(&key_of(sample::SIDE), sample::SIDE, &decided);
        assert_eq!(open_decided(&key_of(sample::SIDE), sample::SIDE, &sealed), Ok(decided));
    }
}

#[test]
fn the_log_gives_back_what_won_and_nothing_of_an_erased_person() {
    let decided = sample_decided();
    let sealed = seal_decided(&key_of(sample::SIDE), sample::SIDE, &decided);
    let page = decided_page(sample::SIDE, sample::SIDE, &decided, sealed);
    assert_eq!(page.won, ["winter-boots".into()]);
    let command = Command::Decided(page.into());
    let block = sample::block(std::slice::from_ref(&command), &every);
    let back: Vec<_> = commands_of(&block, &every).unwrap().into_iter().map(|logged| logged.command).collect();
    assert_eq!(back, [Recalled::Command(command)]);
    let erased: Vec<_> = commands_of(&block, &none).unwrap().into_iter().map(|logged| logged.command).collect();
    assert_eq!(erased, [Recalled::RedactedDecisions]);
    let readable = |text: &str| block.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(!readable("winter-boots") && !readable("Lisboa"));
}

fn evidence() -> Vec<Evidence> {
    let (name, value) = ("city".into(), sample::city());
    vec![
        Evidence::Trait { name, value, trust: Trust::new(0.75) },
        Evidence::MissingTrait { name: "size".into() },
        Evidence::Events { event: "Order Completed".into(), matched: 2, last: Some(sample::NOW) },
        Evidence::Segment { name: "buyers".into(), member: true },
        Evidence::Request { name: "hour".into(), value: Some(Value::Int(22)) },
        Evidence::Interest { topic: "category:boots".into(), strength: Finite::ONE },
        Evidence::Score { name: "engagement".into(), points: Finite::ONE },
        Evidence::Reading { model: Model::Stage, says: Some(("comparison", Trust::new(0.5))) },
        Evidence::Reading { model: Model::Aim, says: None },
    ]
}

fn looked_at() -> SeenFacts {
    let verdict = Verdict { value: true, valid_until: Some(sample::NOW) };
    let trust = Trust::new(0.75);
    let belief =
        Belief { trust, most: Some(Use::Show), stands_until: Some(sample::NOW), shown_until: None, moves_at: None };
    let fade = Fade { amount: Finite::ONE, half_life: Some(Span::DAY), most: Some(Finite::ONE) };
    let bounds = Bounds { least: None, most: Some(Finite::ONE) };
    let fading = Fading { parts: vec![fade], ease: Some(Finite::ONE), bounds, steps_at: Some(sample::NOW) };
    let reading = Reading { word: "comparison", probability: trust, valid_until: Some(sample::NOW) };
    SeenFacts {
        traits: [("city".into(), Some((sample::city(), belief))), ("size".into(), None)].into(),
        trails: [("Order Completed".into(), vec![sample::occurrence()])].into(),
        segments: [("buyers".into(), verdict)].into(),
        interests: [("category:boots".into(), Some(fading.clone())), ("category:poles".into(), None)].into(),
        scores: [("engagement".into(), None)].into(),
        readings: [(Model::Stage, Some(reading)), (Model::Aim, None)].into(),
        grounds: ["buyers".into()].into(),
        beneath: [("buyers".into(), vec![Ground { evidence: evidence()[2].clone(), channel: Some(Channel::Till) }])]
            .into(),
        lately: [(("buyers".into(), Some(Memory::Season)), verdict)].into(),
        beneath_scores: [("engagement".into(), vec![Ground { evidence: evidence()[2].clone(), channel: None }])].into(),
        scores_lately: [(("engagement".into(), None), Some(fading))].into(),
        suggested: [("row".into(), suggested())].into(),
        tastes: Some(tastes()),
    }
}

fn suggested() -> Suggested {
    let item = |why| Suggestion { item: "b1".into(), why, of: Some("b2".into()), score: Some(Finite::ONE) };
    Suggested {
        items: Why::ALL.into_iter().map(item).collect(),
        candidates: vec![Candidate { item: "b3".into(), score: Finite::ONE }],
        model: 1_772_445_600_000,
        stands_until: Some(sample::NOW),
    }
}

fn tastes() -> Tastes {
    Tastes { interests: vec![("brand:Lowa".into(), Finite::ONE)], searched: vec![("waterproof".into(), Finite::ONE)] }
}

fn rejections() -> Vec<Rejected> {
    let whys = [
        Rejection::Disabled,
        Rejection::NotStarted { starts: sample::NOW },
        Rejection::Ended { ended: sample::NOW },
        Rejection::Expired { content: "poles".into() },
        Rejection::NoConsent,
        Rejection::NoData,
        Rejection::Audience { evidence: evidence() },
        Rejection::Holdout { variant: "b".into() },
        Rejection::Layer,
        Rejection::Traffic { traffic: Share::NONE },
        Rejection::Capped { until: sample::NOW },
        Rejection::PageCapped,
        Rejection::Checkout { content: "poles".into() },
        Rejection::Stale { last: sample::NOW },
        Rejection::Intrusive { points: 3, left: 2 },
        Rejection::NotWorth { gain: Finite::ONE, cost: Finite::ONE },
        Rejection::Minor,
        Rejection::NotRecognized,
        Rejection::Unsuited,
        Rejection::Seen,
        Rejection::Lost { to: "winter-boots".into(), by: Standing::Score },
    ];
    whys.map(|why| Rejected { experience: "other".into(), why }).into()
}

/// A record in which everything occurs.
pub(crate) fn sample_decided() -> Decided {
    let seen = Seen {
        unit: Ok(Id::from_bits(0x0011)),
        recognized: Recognized::Yes,
        minor_until: Some(sample::NOW),
        consents: sample::consents(),
        facts: [("site".into(), looked_at())].into(),
        request: [("hour".into(), Some(Value::Int(22))), ("page.path".into(), None)].into(),
        won: [("winter-boots".into(), vec![sample::NOW])].into(),
        shown: [("boots".into(), Showing { last: sample::NOW, times: 3, used: None })].into(),
        stays: [("home-hero".into(), sample::stay())].into(),
        spent: vec![(sample::NOW, 3)],
        suggested: [("popular".into(), suggested())].into(),
    };
    let payload: Fields = [("text", Value::from("Bonjour Lisboa"))].into_iter().collect();
    let item = |id: &str, why| ShownItem { id: id.into(), why, of: None };
    let items = vec![item("b2", Some(Why::Session)), item("b1", None)];
    let order = Some(tastes());
    let first = Id::<model::id::Decision>::mint(sample::NOW, 77, 99);
    let decision = Decision {
        id: first,
        placement: "home-hero".into(),
        experience: Some("winter-boots".into()),
        variant: Some("b".into()),
        contents: vec![Served {
            content: "boots".into(),
            language: "fr".into(),
            intent: Intent::Help,
            payload,
            items,
            order,
        }],
        reason: Reason::Split,
        keyword: Some("rain".into()),
        stage: Some(Stage::Comparison),
        standing: Some(Standing::Priority),
        evidence: evidence(),
        propensity: Finite::new(0.475).unwrap(),
        undrawn: vec!["other".into()],
        points: 3,
        memory: Some(Memory::Season),
        shows_neutral: false,
        revision: 4,
        ttl_s: 300,
        rejected: rejections(),
    };
    Decided {
        first,
        env: sample::ENV,
        revision: 4,
        engine: 1,
        page: PageAsked {
            placements: vec!["home-hero".into()],
            languages: vec!["fr-CA".into(), "en".into()],
            nonce: u128::MAX - 1,
            explain: Explain::Yes,
        },
        seen,
        decisions: vec![decision],
        won: vec!["winter-boots".into()],
    }
}

/// A record of a page for nobody.
fn for_nobody() -> Decided {
    let mut decided = sample_decided();
    decided.seen = Seen {
        unit: Err(Absent::NoConsent),
        recognized: Recognized::No,
        minor_until: None,
        consents: Default::default(),
        facts: Default::default(),
        request: Default::default(),
        won: Default::default(),
        shown: Default::default(),
        stays: Default::default(),
        spent: Default::default(),
        suggested: Default::default(),
    };
    let decision = &mut decided.decisions[0];
    (decision.experience, decision.variant, decision.standing) = (None, None, None);
    (decision.reason, decision.shows_neutral) = (Reason::NoConsent, true);
    decision.rejected.clear();
    decided.won.clear();
    decided
}
