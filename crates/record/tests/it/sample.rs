//! One fixed value of each record: what the golden files hold.

use std::sync::Arc;

use catalog::{
    change::{Change, Patch, Target},
    item::{Attribute, Availability, Condition, Image, Item, Role, Stock, StoreStock, Texts, Usage, Variant},
    money::{Currency, Prices, Sale},
    place::{Address, Place, Store},
};
use condition::Model;
use decide::{Landed, Stay};
use engine::{
    census::{Census, Failures, KnownTally, SourceTally, TraitTally, Unheeded},
    command::{Access, Arrival, Command, Counted, Hop, MessageMark, News, Rejection},
    content_days::{ContentCount, ContentDay, ContentDays},
    outcome::Effect,
    person::{Ended, Person, PersonSide},
    state::{Core, CountKey, Holding, Slot, Standing},
};
use ledger::{
    Ledger,
    exposure::{Exposure, Exposures},
    landing::{Landing, Landings},
    visit::{Stayed, Visit},
};
use model::{
    consent::{Choice, ConsentSignal, Consents, Means, Proof},
    event::{Claim, Event, EventKind, Evidence},
    fact::{Denial, FactKind, Occurrence, TraitValue},
    id::{Id, ProfileId},
    identifier::{Identifier, IdentifierKey, Strength},
    journey::Stage,
    name::{Experience, Name},
    partition::Partition,
    time::{Env, Span, Timestamp},
    trust::Trust,
    value::{Fields, Finite, Value},
};
use profile::{
    held::{Held, Hold, Identifiers},
    merge::{Cause, MergeRecord, Rule},
    side::{Days, Side},
    traits::Traits,
};
use record::{
    catalog::ItemRow,
    decided::{decided_page, seal_decided},
    log::BlockWriter,
    seal::Keys,
};
use segment::{
    interests::{
        EventMark, Signal,
        digest::{Count, Digest, Told},
    },
    membership::{Membership, Memberships},
    readings::{Readings, Transition},
    set::SegmentNumber,
    trails::Trails,
};

use crate::{decided::sample_decided, keys::key_of};

pub(crate) const SIDE: ProfileId = ProfileId::mint(Partition(3), 17, 0x5eed);
pub(crate) const OTHER_SIDE: ProfileId = ProfileId::mint(Partition(5), 2, 0xfeed);
pub(crate) const NOW: Timestamp = Timestamp::saturating_from_millis(1_772_445_600_123);
pub(crate) const ENV: Env = Env { now: NOW, seed: 0x0123_4567_89ab_cdef };
pub(crate) const RAW: &str = r#"{"type":"track","email":"ana@example.org","timestamp":"tomorrow"}"#;
/// What must be readable nowhere without a key.
pub(crate) const PERSONAL: &[&str] = &["ana@example.org", "boot-42", "Order Completed", "Lisboa", "tomorrow"];

const EMAIL_KEY: IdentifierKey = IdentifierKey(0xe3a1);
const DEVICE_KEY: IdentifierKey = IdentifierKey(0xa0a0 << 96);

fn email() -> Identifier {
    Identifier { namespace: "email".into(), value: "ana@example.org".into() }
}

fn proof() -> Proof {
    Proof { source: "web".into(), means: Means::Event, wording: Some("v3".into()), language: Some("pt".into()) }
}

pub(crate) fn event() -> Event {
    let device = Identifier { namespace: "anonymous_id".into(), value: "b0b1".into() };
    let line =
        Fields::from_iter([("sku", Value::text("boot-42")), ("price", Finite::new(129.5).expect("finite").into())]);
    Event {
        kind: EventKind::Track { name: "Order Completed".into() },
        message_id: "m-1".into(),
        source: "web".into(),
        timestamp: NOW,
        received_at: Timestamp::saturating_from_millis(NOW.as_millis() + 40),
        identifiers: vec![
            Claim { identifier: email(), evidence: Evidence::Verified },
            Claim { identifier: device, evidence: Evidence::Stated },
        ],
        properties: Fields::from_iter([
            ("first", Value::Bool(true)),
            ("items", Value::List([Value::Map(line)].into())),
            ("note", Value::Null),
            ("quantity", Value::Int(-2)),
        ]),
        context: Fields::from_iter([("locale", "pt-PT".into())]),
        consent: Some(ConsentSignal {
            choices: vec![("site".into(), true)],
            at: NOW,
            until: Some(NOW.plus(Span::DAY)),
            proof: proof(),
        }),
    }
}

pub(crate) fn arrival() -> Arrival {
    let keys = vec![EMAIL_KEY, DEVICE_KEY];
    Arrival { event: event(), keys, anchor: 0, mark: MessageMark(0x77 << 64 | 0x99), person: SIDE, side: SIDE }
}

fn not_rome() -> Denial {
    Denial { value: Some("Rome".into()), as_of: NOW, source: "web".into() }
}

pub(crate) fn city() -> TraitValue {
    TraitValue { value: "Lisboa".into(), as_of: NOW, source: "web".into(), kind: FactKind::Declared }
}

pub(crate) fn consents() -> Consents {
    let site = Choice { granted: true, at: NOW, until: None, proof: proof() };
    Consents::from_choices(vec![("site".into(), site)])
}

pub(crate) fn occurrence() -> Occurrence {
    Occurrence { at: NOW, tie: 0x99, properties: Fields::from_iter([("total", Value::Int(259))]) }
}

pub(crate) fn ledger() -> Ledger {
    let shown =
        Exposure { content: "boots-hero".into(), first: NOW, last: NOW.plus(Span::DAY), times: 2, used: Some(NOW) };
    let visit = Visit {
        last: NOW,
        stays: vec![("home-hero".into(), Stayed { at: NOW, stay: stay() })],
        landing: Some(landing()),
    };
    let spent = vec![(NOW, 3), (NOW.plus(Span::DAY), 1)];
    Ledger::from_parts(won(), DAYS.to_vec(), Exposures::from_entries(vec![shown]), Some(visit)).with_spent(spent)
}

fn content_days() -> ContentDays {
    let day = ContentDay { day: 20_514, content: "boots".into() };
    ContentDays::from_entries([(day, ContentCount { shown: 9, used: 2, orders: 1 })].into())
}

fn landing() -> Landing {
    Landing { at: NOW, keyword: "rain".into(), contents: ["boots".into()].into() }
}

pub(crate) fn stay() -> Stay {
    let contents = vec!["boots".into(), "poles".into()];
    Stay {
        experience: "winter-boots".into(),
        variant: "b".into(),
        contents,
        reordered: true,
        undrawn: vec!["other".into()],
    }
}

const DAYS: [i64; 2] = [20_512, 20_514];

fn won() -> Vec<(Name<Experience>, Vec<Timestamp>)> {
    vec![("winter-boots".into(), vec![NOW])]
}

/// The person as it travels.
pub(crate) fn image() -> Person {
    let mut image = person();
    image.sides[0].ledger = Arc::new(ledger());
    image
}

fn readings() -> Readings {
    let (stage, probability) = (Stage::Comparison.word(), Trust::new(0.75));
    let says = Some((stage, probability));
    let held = segment::readings::Held { model: Model::Stage, says, since: NOW, valid_until: Some(Timestamp::MAX) };
    let from = Some(Stage::Discovery.word());
    let transition = Transition { at: NOW, model: Model::Stage, from, to: stage, probability };
    Readings::from_parts(vec![held], vec![transition])
}

pub(crate) fn person() -> Person {
    let held = Held { identifier: email(), key: EMAIL_KEY, strength: Strength::Strong, since: NOW, hold: Hold::Own };
    let facts = Side {
        origin: SIDE,
        created_at: NOW,
        moves: 2,
        identifiers: Identifiers::from_held(vec![held]).into(),
        traits: Traits::from_entries(vec![("city".into(), vec![city()])], vec![("city".into(), vec![not_rome()])])
            .into(),
        consents: consents().into(),
        days: Days::from_entries(vec![(20_513, 3), (20_514, 1)]).into(),
        links: vec![(OTHER_SIDE, DEVICE_KEY)],
        apart: vec![OTHER_SIDE],
    };
    let trails = Trails::from_entries(4, vec![("Order Completed".into(), vec![occurrence()])]).with_digest(digest());
    let taken = Side::new(OTHER_SIDE, Timestamp::saturating_from_millis(1_700_000_000_000));
    let in_segment = Membership { member: true, since: NOW, valid_until: Some(Timestamp::MAX) };
    let memberships = Memberships::from_entries(4, vec![(SegmentNumber(9), in_segment)]).with_readings(readings());
    let memberships = Arc::new(memberships);
    let ended = Ended { loser: Arc::default(), survivor: memberships.clone() };
    Person {
        id: SIDE,
        unit: Id::from_bits(0x0011),
        sides: vec![PersonSide::empty(facts, trails), PersonSide::empty(taken, Trails::empty(4))],
        merges: vec![merge_record()],
        ended: [(merge_record().id, ended)].into(),
        memberships,
        due: Some(Timestamp::MAX),
    }
}

fn digest() -> Digest {
    let (viewed, ordered) = (EventMark::of("Product Viewed"), EventMark::of("Order Completed"));
    let counts = vec![
        Count { day: 20_513, signal: Signal::View, event: viewed, times: 3 },
        Count { day: 20_514, signal: Signal::View, event: viewed, times: 300 },
        Count { day: 20_514, signal: Signal::Purchase, event: ordered, times: 1 },
    ];
    let boots = Told { counts, ..Told::default() };
    let poles = Told { refused: Some(NOW), ..Told::default() };
    Digest::from_entries(vec![("category:boots".into(), boots), ("category:poles".into(), poles)])
}

fn merge_record() -> MergeRecord {
    let cause = Cause { namespace: "email".into(), key: EMAIL_KEY, rule: Rule::StrongIdentifier };
    MergeRecord {
        id: Id::from_bits(0x0022),
        loser: OTHER_SIDE,
        loser_unit: Id::from_bits(0x0033),
        loser_side: OTHER_SIDE,
        moved: vec![OTHER_SIDE],
        survivor: SIDE,
        survivor_side: SIDE,
        at: NOW,
        cause,
    }
}

pub(crate) fn slot() -> Slot {
    Slot::Here(person().into())
}

pub(crate) fn holding() -> Holding {
    Holding { holder: Some(SIDE), standing: Standing::Shared, claimants: 300 }
}

pub(crate) fn core() -> Core {
    let counted = CountKey { source: "web".into(), day: 20_514, kind: "page".into() };
    Core {
        now: NOW,
        next_ordinal: 18,
        outbox: [(Partition(5), 12)].into(),
        inbox: [(Partition(0), 7), (Partition(63), 1_000)].into(),
        plan_revision: 4,
        filled_revision: 3,
        counts: [(counted, 41)].into(),
        profiles: 16,
        quarantined: 1,
        expired_events: 2,
        erased_events: 5,
        events: 1_234,
        trait_reads: [("city".into(), 20_514)].into(),
        landings: Landings::from_entries([(("boots".into(), "rain".into()), Landed { shown: 9, bounced: 2 })]),
        content_days: content_days(),
    }
}

pub(crate) fn census() -> Census {
    let source = SourceTally { last: Some(NOW), week: 7, month: 30, profiles: 5, customers: 4, alone: 3 };
    let shown = KnownTally { shown: 9, known: 2, waiting: 1 };
    Census {
        at: NOW,
        customers: 4,
        visitors: 300,
        failures: Failures { stale: 1, wrong: 2, without_purchase: 3, assumed: 4, over_contacted: 0 },
        sources: [("till".into(), SourceTally { last: None, ..source }), ("web".into(), source)].into(),
        traits: [("city".into(), TraitTally { profiles: 4, stale: 1, wrong: 2, since: NOW, read: Some(20_514) })]
            .into(),
        other_traits: 6,
        contents: [("guide".into(), shown)].into(),
        stages: [(Stage::Comparison, shown), (Stage::Enrollment, shown)].into(),
        unheeded: vec![Unheeded { setting: "withdrawn".into(), says: "guide after \"rain\"".into() }],
    }
}

pub(crate) fn item() -> ItemRow {
    let prices = Prices {
        sale: Some(Sale { price_cents: 9_990, from: NOW, until: Timestamp::MAX }),
        ..Prices::of(Currency::EUR, 12_990)
    };
    let stores = [("paris".to_owned(), StoreStock { count: 3, as_of: NOW })];
    let stock = Stock { availability: Availability::Preorder, count: Some(5) };
    let variant = Variant {
        id: "b-42".into(),
        size: Some("42".into()),
        color: Some("red".into()),
        prices: Some(prices),
        stock,
        stores: Some(stores.clone().into()),
        gtin: Some("3234567890126".into()),
        inventory_id: Some("i-1".into()),
    };
    let attributes = [
        ("height".to_owned(), Attribute::Number(Finite::ONE)),
        ("terrain".to_owned(), Attribute::List(vec!["rock".into(), "snow".into()])),
        ("waterproof".to_owned(), Attribute::Flag(true)),
        ("width".to_owned(), Attribute::Text("wide".into())),
    ];
    let item = Item {
        group: Some("boots".into()),
        role: Role::Parent,
        texts: [("fr".into(), Texts { title: "Chaussure".into(), description: "Chaude".into() })].into(),
        brand: Some("Alpina".into()),
        categories: vec![vec!["Shoes".into(), "Boots".into()]],
        prices: Some(prices),
        cost_cents: Some(6_000),
        stock,
        stores: Some(stores.into()),
        images: vec![Image { url: "https://shop.example/1.jpg".into(), alt: "The sole".into() }],
        link: Some("https://shop.example/boot-42".into()),
        tags: vec!["new".into()],
        attributes: attributes.into(),
        gtin: Some("3234567890126".into()),
        mpn: Some("A-42".into()),
        condition: Condition::Refurbished,
        expected_life_days: Some(900),
        usage: Some(Usage::Durable),
        variants: Some(vec![variant.clone()]),
        released_at: Some(NOW),
        ..Item::new("boot-42")
    };
    let targets = [
        Target::Item { id: "boot-42".into() },
        Target::Variant { item: "boot-42".into(), id: "b-42".into() },
        Target::Inventory { id: "i-1".into() },
    ];
    let patches =
        targets.map(|target| Change::Patch(Patch { cost_cents: Some(1), stock: Some(stock), ..Patch::of(target) }));
    let mut changes = vec![
        Change::Put(Box::new(item)),
        Change::Variant { item: "boot-42".into(), variant: Box::new(variant) },
        Change::Remove { id: "boot-42".into() },
    ];
    changes.extend(patches);
    ItemRow { id: "boot-42".into(), changes: changes.into_iter().map(|change| (NOW, change)).collect() }
}

pub(crate) fn stores() -> Vec<Store> {
    let place = Place::new(48.8566, -2.3522).ok();
    let address = Address::new("FR", "75 011").ok();
    let store = |id: &str, place, address| Store { id: id.into(), name: "Boulevard".into(), place, address };
    vec![store("paris", place, address), store("web", None, None)]
}

pub(crate) fn effect() -> Effect {
    let news = News::MergeIn { image: image(), record: merge_record() };
    Effect { number: 12, to: Partition(5), hop: Hop::Tell { to: OTHER_SIDE, news } }
}

pub(crate) fn rejection() -> Rejection {
    Rejection {
        id: Id::from_bits(0x0044),
        side: Some(SIDE),
        keys: vec![EMAIL_KEY],
        source: "web".into(),
        at: NOW,
        code: "EVENT_TIMESTAMP".into(),
        message: "tomorrow is not a moment".into(),
        pointer: "/timestamp".into(),
        raw: RAW.into(),
    }
}

pub(crate) fn access() -> Access {
    Access { profile: SIDE, purpose: Some("email".into()), allowed: false, by: Id::from_bits(0x0055) }
}

/// One of each kind, the event first.
pub(crate) fn commands() -> Vec<Command> {
    vec![
        Command::Event(Box::new(arrival())),
        Command::Counted(Counted { source: "web".into(), kind: "page".into(), events: 1 }),
        Command::Hop { from: Partition(5), number: 8, hop: Box::new(Hop::Return { image: image() }) },
        Command::Due,
        Command::PlanChanged { revision: 5 },
        Command::Fill { from: 0, to: 64 },
        Command::Unmerge { profile: SIDE, merge: Some(Id::from_bits(0x0022)) },
        Command::Erase { profile: SIDE },
        Command::Reject(Box::new(rejection())),
        Command::Resolve { rejected: Id::from_bits(0x0044) },
        Command::Access(access()),
        Command::Decided(decided_page(SIDE, SIDE, &sample_decided(), decided_bytes()).into()),
    ]
}

/// The sealed bytes of a record of decisions.
pub(crate) fn decided_bytes() -> Arc<[u8]> {
    seal_decided(&key_of(SIDE), SIDE, &sample_decided())
}

/// A block of commands, each in [`ENV`].
pub(crate) fn block(commands: &[Command], keys: Keys<'_>) -> Vec<u8> {
    let mut block = BlockWriter::new();
    for command in commands {
        block.command(&ENV, command, keys).expect("these keys can be looked up");
    }
    block.into_bytes()
}
