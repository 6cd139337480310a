//! Arbitrary values of everything that is stored.

use std::{ops::Range, sync::Arc};

use condition::Model;
use decide::{Landed, Stay};
use engine::{
    command::{Access, Arrival, Claiming, Command, Counted, Hop, MessageMark, News, Rejection, Want},
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
    id::{Id, Kind, ProfileId},
    identifier::{Identifier, IdentifierKey, Strength},
    journey::Stage,
    name::Name,
    partition::Partition,
    time::{Env, Timestamp},
    trust::Trust,
    value::{Fields, Finite, Value},
};
use profile::{
    held::{Held, Hold, Identifiers},
    merge::{Cause, MergeRecord, Rule},
    resolve::{Asserted, Meeting, PersonMark, Summary},
    side::{Days, Side},
    traits::Traits,
};
use proptest::{
    collection::{btree_map, btree_set, vec},
    option,
    prelude::{Just, Strategy, any, prop_oneof},
    sample::select,
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

const FEW: Range<usize> = 0..4;

pub(crate) fn text() -> impl Strategy<Value = Arc<str>> {
    prop_oneof![4 => "[a-c]{0,3}", 1 => "\\PC{0,40}"].prop_map(Arc::from)
}
fn name<K>() -> impl Strategy<Value = Name<K>> {
    text().prop_map(Name::new)
}
pub(crate) fn id<K: Kind>() -> impl Strategy<Value = Id<K>> {
    any::<u128>().prop_map(Id::from_bits)
}
pub(crate) fn moment() -> impl Strategy<Value = Timestamp> {
    (Timestamp::MIN.as_millis()..=Timestamp::MAX.as_millis()).prop_map(Timestamp::saturating_from_millis)
}
fn key() -> impl Strategy<Value = IdentifierKey> {
    any::<u128>().prop_map(IdentifierKey)
}
fn finite() -> impl Strategy<Value = Finite> {
    any::<f64>().prop_filter_map("a finite number", Finite::new)
}

pub(crate) fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        finite().prop_map(Value::Float),
        text().prop_map(Value::Text),
        moment().prop_map(Value::Time),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), FEW).prop_map(|values| Value::List(values.into())),
            vec((text(), inner), FEW).prop_map(|pairs| Value::Map(Fields::new(pairs))),
        ]
    })
}
pub(crate) fn fields() -> impl Strategy<Value = Fields> {
    vec((text(), value()), FEW).prop_map(Fields::new)
}

fn proof() -> impl Strategy<Value = Proof> {
    let means = select(vec![Means::Call, Means::Event, Means::Gpc, Means::Import]);
    (name(), means, option::of(text()), option::of(text())).prop_map(|(source, means, wording, language)| Proof {
        source,
        means,
        wording,
        language,
    })
}
pub(crate) fn signal() -> impl Strategy<Value = ConsentSignal> {
    let told = (vec((name(), any::<bool>()), FEW), moment(), option::of(moment()), proof());
    told.prop_map(|(choices, at, until, proof)| ConsentSignal { choices, at, until, proof })
}
pub(crate) fn consents() -> impl Strategy<Value = Consents> {
    let choice = (any::<bool>(), moment(), option::of(moment()), proof());
    let choice = choice.prop_map(|(granted, at, until, proof)| Choice { granted, at, until, proof });
    btree_map(name(), choice, FEW).prop_map(|choices| Consents::from_choices(choices.into_iter().collect()))
}

fn identifier() -> impl Strategy<Value = Identifier> {
    (name(), text()).prop_map(|(namespace, value)| Identifier { namespace, value })
}
fn strength() -> impl Strategy<Value = Strength> {
    select(vec![Strength::Device, Strength::Weak, Strength::Strong])
}
fn claim() -> impl Strategy<Value = Claim> {
    let evidence = select(vec![Evidence::Link, Evidence::Stated, Evidence::Verified]);
    (identifier(), evidence).prop_map(|(identifier, evidence)| Claim { identifier, evidence })
}
fn event_kind() -> impl Strategy<Value = EventKind> {
    prop_oneof![
        text().prop_map(|name| EventKind::Track { name }),
        Just(EventKind::Identify),
        option::of(text()).prop_map(|name| EventKind::Page { name }),
        option::of(text()).prop_map(|name| EventKind::Screen { name }),
        text().prop_map(|group_id| EventKind::Group { group_id }),
        Just(EventKind::Alias),
    ]
}
pub(crate) fn event() -> impl Strategy<Value = Event> {
    let told = (event_kind(), text(), name(), moment(), moment());
    let held = (vec(claim(), 1..4), fields(), fields(), option::of(signal()));
    (told, held).prop_map(|((kind, message_id, source, timestamp, received_at), held)| {
        let (identifiers, properties, context, consent) = held;
        Event { kind, message_id, source, timestamp, received_at, identifiers, properties, context, consent }
    })
}

pub(crate) fn identifiers() -> impl Strategy<Value = Identifiers> {
    let hold = select(vec![Hold::Probable, Hold::Claimed, Hold::Linked, Hold::Shared, Hold::Quarantined, Hold::Own]);
    btree_map(key(), (identifier(), strength(), moment(), hold), FEW).prop_map(|held| {
        let held = held.into_iter().map(|(key, (identifier, strength, since, hold))| Held {
            identifier,
            key,
            strength,
            since,
            hold,
        });
        Identifiers::from_held(held.collect())
    })
}
pub(crate) fn traits() -> impl Strategy<Value = Traits> {
    let kind = select(vec![FactKind::Inferred, FactKind::Observed, FactKind::Declared, FactKind::Corrected]);
    let value = (value(), moment(), name(), kind);
    let value = value.prop_map(|(value, as_of, source, kind)| TraitValue { value, as_of, source, kind });
    let denial = (option::of(self::value()), moment(), name());
    let denial = denial.prop_map(|(value, as_of, source)| Denial { value, as_of, source });
    (btree_map(name(), vec(value, FEW), FEW), btree_map(name(), vec(denial, FEW), FEW))
        .prop_map(|(said, denied)| Traits::from_entries(said.into_iter().collect(), denied.into_iter().collect()))
}
pub(crate) fn days() -> impl Strategy<Value = Days> {
    btree_map(any::<i32>(), any::<u32>(), FEW).prop_map(|days| Days::from_entries(days.into_iter().collect()))
}
pub(crate) fn trails() -> impl Strategy<Value = Trails> {
    let occurrence = (moment(), any::<u64>(), fields());
    let occurrence = occurrence.prop_map(|(at, tie, properties)| Occurrence { at, tie, properties });
    (any::<u64>(), btree_map(text(), vec(occurrence, FEW), FEW), digest()).prop_map(|(revision, trails, digest)| {
        Trails::from_entries(revision, trails.into_iter().collect()).with_digest(digest)
    })
}
fn digest() -> impl Strategy<Value = Digest> {
    let signal = select(vec![Signal::View, Signal::Cart, Signal::Declaration, Signal::Bounce]);
    let key = (any::<i32>(), signal, any::<u32>().prop_map(EventMark));
    let counts = btree_map(key, any::<u16>(), FEW).prop_map(|counts| {
        let count = |((day, signal, event), times)| Count { day, signal, event, times };
        counts.into_iter().map(count).collect()
    });
    let told = (counts, option::of(moment()), option::of(moment()));
    let told = told.prop_map(|(counts, declared, refused)| Told { counts, declared, refused });
    btree_map(text(), told, FEW).prop_map(|topics| Digest::from_entries(topics.into_iter().collect()))
}
pub(crate) fn memberships() -> impl Strategy<Value = Memberships> {
    let membership = (any::<bool>(), moment(), option::of(moment()));
    let membership = membership.prop_map(|(member, since, valid_until)| Membership { member, since, valid_until });
    (any::<u64>(), btree_map(any::<u32>().prop_map(SegmentNumber), membership, FEW), readings()).prop_map(
        |(revision, entries, readings)| {
            Memberships::from_entries(revision, entries.into_iter().collect()).with_readings(readings)
        },
    )
}
fn readings() -> impl Strategy<Value = Readings> {
    let word = || select(Stage::ALL.map(Stage::word).to_vec());
    let trust = || (0.0..=1.0f64).prop_map(Trust::new);
    let held = (option::of((word(), trust())), moment(), option::of(moment()));
    let held = held.prop_map(|(says, since, valid_until)| segment::readings::Held {
        model: Model::Stage,
        says,
        since,
        valid_until,
    });
    let transition = (moment(), option::of(word()), word(), trust());
    let transition =
        transition.prop_map(|(at, from, to, probability)| Transition { at, model: Model::Aim, from, to, probability });
    (option::of(held), vec(transition, FEW))
        .prop_map(|(held, transitions)| Readings::from_parts(held.into_iter().collect(), transitions))
}

pub(crate) fn merge_record() -> impl Strategy<Value = MergeRecord> {
    let rule = select(vec![Rule::DeviceLogin, Rule::StrongIdentifier, Rule::TwoStrongIdentifiers, Rule::Alias]);
    let cause = (name(), key(), rule).prop_map(|(namespace, key, rule)| Cause { namespace, key, rule });
    let sides = (id(), vec(id(), FEW), id(), id());
    (id(), id(), id(), sides, moment(), cause).prop_map(|(id, loser, loser_unit, sides, at, cause)| {
        let (loser_side, moved, survivor, survivor_side) = sides;
        MergeRecord { id, loser, loser_unit, loser_side, moved, survivor, survivor_side, at, cause }
    })
}
pub(crate) fn summary() -> impl Strategy<Value = Summary> {
    let mark = (key(), name(), any::<bool>(), strength(), any::<bool>());
    let mark = mark.prop_map(|(key, namespace, one_per_person, strength, own)| PersonMark {
        key,
        namespace,
        one_per_person,
        strength,
        own,
    });
    (id(), moment(), vec(id(), FEW), vec(id(), FEW), vec(mark, FEW))
        .prop_map(|(id, created_at, sides, apart, persons)| Summary { id, created_at, sides, apart, persons })
}
fn asserted() -> impl Strategy<Value = Asserted> {
    select(vec![Asserted::Yes, Asserted::No])
}
pub(crate) fn meeting() -> impl Strategy<Value = Meeting> {
    (key(), name(), strength(), asserted(), id(), id()).prop_map(
        |(key, namespace, strength, asserted, holder, claimant)| Meeting {
            key,
            namespace,
            strength,
            asserted,
            holder,
            claimant,
        },
    )
}

fn side(origin: ProfileId) -> impl Strategy<Value = PersonSide> {
    let facts = ((moment(), any::<u32>()), identifiers(), traits(), consents(), days());
    let others = (vec((id(), key()), FEW), vec(id(), FEW));
    (facts, others, trails()).prop_map(move |(facts, (links, apart), trails)| {
        let ((created_at, moves), identifiers, traits, consents, days) = facts;
        let facts = Side {
            origin,
            created_at,
            moves,
            identifiers: identifiers.into(),
            traits: traits.into(),
            consents: consents.into(),
            days: days.into(),
            links,
            apart,
        };
        PersonSide::empty(facts, trails)
    })
}
pub(crate) fn ledger() -> impl Strategy<Value = Ledger> {
    let shown = btree_map(name(), (moment(), moment(), any::<u16>(), option::of(moment())), FEW).prop_map(|shown| {
        let exposure = |(content, (first, last, times, used))| Exposure { content, first, last, times, used };
        Exposures::from_entries(shown.into_iter().map(exposure).collect())
    });
    let parts = (
        btree_map(name(), vec(moment(), 1..3), FEW),
        btree_set(any::<i64>(), FEW),
        shown,
        option::of(visit()),
        vec((moment(), any::<u16>()), FEW),
    );
    parts.prop_map(|(won, days, shown, visit, spent)| {
        Ledger::from_parts(won.into_iter().collect(), days.into_iter().collect(), shown, visit).with_spent(spent)
    })
}

fn visit() -> impl Strategy<Value = Visit> {
    let stay = (name(), name(), vec(name(), FEW), any::<bool>(), vec(name(), FEW));
    let stayed = (moment(), stay).prop_map(|(at, (experience, variant, contents, reordered, undrawn))| Stayed {
        at,
        stay: Stay { experience, variant, contents, reordered, undrawn },
    });
    let landing = (moment(), "[a-z ]{0,9}", btree_set(name(), FEW)).prop_map(|(at, keyword, contents)| Landing {
        at,
        keyword: keyword.into(),
        contents,
    });
    (moment(), btree_map(name(), stayed, FEW), option::of(landing)).prop_map(|(last, stays, landing)| Visit {
        last,
        stays: stays.into_iter().collect(),
        landing,
    })
}

pub(crate) fn person() -> impl Strategy<Value = Person> {
    let sides = vec(id(), 1..3).prop_flat_map(|origins| origins.into_iter().map(side).collect::<Vec<_>>());
    let ended = (memberships(), memberships())
        .prop_map(|(loser, survivor)| Ended { loser: loser.into(), survivor: survivor.into() });
    let merges = btree_map(id(), (merge_record(), ended), FEW);
    (id(), id(), sides, merges, memberships(), option::of(moment())).prop_map(
        |(id, unit, sides, merges, memberships, due)| Person {
            id,
            unit,
            sides,
            ended: merges.iter().map(|(id, (_, ended))| (*id, ended.clone())).collect(),
            merges: merges.into_iter().map(|(id, (record, _))| MergeRecord { id, ..record }).collect(),
            memberships: memberships.into(),
            due,
        },
    )
}
/// A person who travels.
fn image() -> impl Strategy<Value = Person> {
    (person(), vec(ledger(), 3)).prop_map(|(mut person, ledgers)| {
        for (side, ledger) in person.sides.iter_mut().zip(ledgers) {
            side.ledger = ledger.into();
        }
        person
    })
}

pub(crate) fn slot() -> impl Strategy<Value = Slot> {
    prop_oneof![
        person().prop_map(|person| Slot::Here(person.into())),
        (id(), any::<u32>()).prop_map(|(to, moves)| Slot::Moved { to, moves }),
        Just(Slot::Erased),
        Just(Slot::Unknown),
    ]
}
pub(crate) fn holding() -> impl Strategy<Value = Holding> {
    let standing = select(vec![Standing::Held, Standing::Shared, Standing::Quarantined]);
    (option::of(id()), standing, any::<u16>()).prop_map(|(holder, standing, claimants)| Holding {
        holder,
        standing,
        claimants,
    })
}
pub(crate) fn core() -> impl Strategy<Value = Core> {
    let count = (name(), any::<i64>(), text()).prop_map(|(source, day, kind)| CountKey { source, day, kind });
    let numbers = vec(any::<u64>(), 6);
    let hops = || btree_map(any::<u16>().prop_map(Partition), any::<u64>(), FEW);
    let reads = btree_map(name(), any::<i64>(), FEW);
    let landed = (any::<u64>(), any::<u64>()).prop_map(|(shown, bounced)| Landed { shown, bounced });
    let landings = btree_map((name(), text()), landed, FEW);
    let day = (any::<i64>(), name()).prop_map(|(day, content)| ContentDay { day, content });
    let did = (any::<u64>(), any::<u64>(), any::<u64>());
    let did = did.prop_map(|(shown, used, orders)| ContentCount { shown, used, orders });
    let days = btree_map(day, did, FEW);
    (moment(), any::<u32>(), hops(), hops(), btree_map(count, any::<u64>(), FEW), numbers, reads, (landings, days))
        .prop_map(|(now, next_ordinal, outbox, inbox, counts, numbers, trait_reads, (landings, content_days))| Core {
            now,
            next_ordinal,
            outbox,
            inbox,
            plan_revision: numbers[0],
            filled_revision: numbers[1],
            counts,
            profiles: numbers[2],
            quarantined: numbers[3] ^ 1,
            expired_events: numbers[3],
            erased_events: numbers[4],
            events: numbers[5],
            trait_reads,
            landings: Landings::from_entries(landings),
            content_days: ContentDays::from_entries(content_days),
        })
}

pub(crate) fn claiming() -> impl Strategy<Value = Claiming> {
    let want = select(vec![Want::Own, Want::Meet]);
    (key(), name(), strength(), asserted(), want, id(), summary()).prop_map(
        |(key, namespace, strength, asserted, want, side, claimant)| Claiming {
            key,
            namespace,
            strength,
            asserted,
            want,
            side,
            claimant,
        },
    )
}
fn news() -> impl Strategy<Value = News> {
    prop_oneof![
        (id(), key()).prop_map(|(side, key)| News::Settle { side, key, hold: Hold::Own }),
        (summary(), meeting()).prop_map(|(claimant, over)| News::Meet { claimant, over }),
        (summary(), meeting(), any::<usize>()).prop_map(|(survivor, over, strong_links)| News::Yield {
            survivor,
            over,
            strong_links
        }),
        Just(News::Refresh),
        (image(), merge_record()).prop_map(|(image, record)| News::MergeIn { image, record }),
    ]
}
pub(crate) fn hop() -> impl Strategy<Value = Hop> {
    prop_oneof![
        claiming().prop_map(Hop::Claim),
        key().prop_map(|key| Hop::Share { key }),
        (key(), id()).prop_map(|(key, side)| Hop::Release { key, side }),
        (id(), news()).prop_map(|(to, news)| Hop::Tell { to, news }),
        image().prop_map(|image| Hop::Return { image }),
        id().prop_map(|profile| Hop::Forget { profile }),
        (id(), id(), any::<u32>()).prop_map(|(profile, to, moves)| Hop::Repoint { profile, to, moves }),
    ]
}
pub(crate) fn effect() -> impl Strategy<Value = Effect> {
    (any::<u64>(), any::<u16>(), hop()).prop_map(|(number, to, hop)| Effect { number, to: Partition(to), hop })
}
fn arrival() -> impl Strategy<Value = Arrival> {
    (event(), vec(key(), 4), 0..4_usize, any::<u128>(), id(), id()).prop_map(
        |(event, mut keys, anchor, mark, person, side)| {
            keys.truncate(event.identifiers.len());
            let anchor = anchor % keys.len();
            Arrival { event, keys, anchor, mark: MessageMark(mark), person, side }
        },
    )
}
pub(crate) fn rejection() -> impl Strategy<Value = Rejection> {
    let texts = (text(), text(), text(), text());
    (id(), option::of(id()), vec(key(), FEW), name(), moment(), texts).prop_map(
        |(id, side, keys, source, at, (code, message, pointer, raw))| Rejection {
            id,
            side,
            keys,
            source,
            at,
            code,
            message,
            pointer,
            raw,
        },
    )
}
pub(crate) fn access() -> impl Strategy<Value = Access> {
    (id(), option::of(name()), any::<bool>(), id()).prop_map(|(profile, purpose, allowed, by)| Access {
        profile,
        purpose,
        allowed,
        by,
    })
}
pub(crate) fn env() -> impl Strategy<Value = Env> {
    (moment(), any::<u64>()).prop_map(|(now, seed)| Env { now, seed })
}
pub(crate) fn command() -> impl Strategy<Value = Command> {
    let counted = (name(), text(), any::<u64>());
    prop_oneof![
        4 => arrival().prop_map(|arrival| Command::Event(Box::new(arrival))),
        1 => counted.prop_map(|(source, kind, events)| Command::Counted(Counted { source, kind, events })),
        4 => (any::<u16>(), any::<u64>(), hop())
            .prop_map(|(from, number, hop)| Command::Hop { from: Partition(from), number, hop: Box::new(hop) }),
        1 => Just(Command::Due),
        1 => any::<u64>().prop_map(|revision| Command::PlanChanged { revision }),
        1 => any::<(u32, u32)>().prop_map(|(from, to)| Command::Fill { from, to }),
        1 => (id(), option::of(id())).prop_map(|(profile, merge)| Command::Unmerge { profile, merge }),
        1 => id().prop_map(|profile| Command::Erase { profile }),
        2 => rejection().prop_map(|rejection| Command::Reject(Box::new(rejection))),
        1 => id().prop_map(|rejected| Command::Resolve { rejected }),
        1 => access().prop_map(Command::Access),
    ]
}
