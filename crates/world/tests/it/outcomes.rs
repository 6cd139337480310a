//! What is shown changes what it truly causes, and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use model::time::Timestamp;
use world::{
    Seed, Size, World,
    content::Stage,
    emission::{Emission, Happening},
    life::Life,
    person::{Consents, PersonId},
    policy::{Cascade, Neutral, Policy, Scene},
    rule::{RuleId, together},
    truth::{Truth, VisitTruth},
    visit::Visit,
};

/// 2026-01-05, a Monday.
const START: i64 = 1_767_571_200_000;

fn world() -> World {
    World::new(Seed(5), Size::of(400, 200, 40), Timestamp::saturating_from_millis(START))
}

/// What one person sends and is, through all days.
fn lived(world: &World, person: PersonId, policy: &dyn Policy) -> (Vec<Emission>, Vec<VisitTruth>) {
    let mut life = Life::begin(world, person);
    let (mut emissions, mut truths) = (Vec::new(), Vec::new());
    for day in world.calendar.all() {
        for plan in life.day(world, day, &mut emissions, &mut truths) {
            let mut visit = Visit::open(world, &mut life, &plan);
            while let Some(page) = visit.next(world, &mut life, &mut truths) {
                let scene = Scene { world, life: &life, visit: &visit, page: &page };
                let shown: Vec<_> = page.asks.iter().filter_map(|place| policy.show(&scene, *place)).collect();
                emissions.extend(page.emits);
                visit.react(world, &mut life, &shown, &mut emissions);
            }
        }
    }
    let visits = truths.into_iter().filter_map(|truth| match truth {
        Truth::Visit(visit) => Some(visit),
        _ => None,
    });
    (emissions, visits.collect())
}

fn everybody(world: &World) -> impl Iterator<Item = PersonId> {
    (0..world.people.len() as u32).map(PersonId)
}

#[test]
fn a_life_is_the_same_whenever_it_is_lived() {
    let (one, other) = (world(), world());
    let emitted = |world: &World| everybody(world).map(|person| lived(world, person, &Cascade)).collect::<Vec<_>>();
    assert_eq!(emitted(&one), emitted(&other));
}

#[test]
fn with_nothing_shown_the_chance_is_the_neutral_one_and_the_draw_decides() {
    let world = world();
    let mut orders = 0;
    for visit in everybody(&world).flat_map(|person| lived(&world, person, &Neutral).1) {
        assert_eq!(visit.chance, visit.chance_neutral);
        assert_eq!(visit.spent > 0, visit.draw < f64::from(visit.chance), "{visit:?}");
        orders += u32::from(visit.spent > 0);
    }
    assert!(orders > 10, "{orders}");
}

#[test]
fn until_a_treatment_changes_an_outcome_both_lives_are_the_same_visit_by_visit() {
    let world = world();
    let (mut compared, mut turned) = (0, 0);
    for person in everybody(&world) {
        let (_, neutral) = lived(&world, person, &Neutral);
        let (_, treated) = lived(&world, person, &Cascade);
        // The first visit: nothing before it can differ.
        let (Some(one), Some(other)) = (neutral.first(), treated.first()) else { continue };
        let fixed =
            |visit: &VisitTruth| (visit.begins, visit.intent, visit.draw, visit.worth_neutral, visit.chance_neutral);
        assert_eq!(fixed(one), fixed(other));
        assert!(one.treated.is_empty());
        compared += 1;
        turned += u32::from(one.chance != other.chance);
    }
    assert!(compared > 200 && turned > 50, "{compared} compared, {turned} with another chance");
}

#[test]
fn what_was_seen_adds_the_effects_on_the_person_to_the_log_odds() {
    let world = world();
    let log_odds = |chance: f32| (f64::from(chance) / (1.0 - f64::from(chance))).ln();
    let mut moved = 0;
    for visit in everybody(&world).flat_map(|person| lived(&world, person, &Cascade).1) {
        // Who was driven away has no chance at all, and who looked at nothing neither.
        if visit.chance == 0.0 {
            continue;
        }
        let day = world.calendar.day_of(visit.begins).expect("a day of the world");
        let reactions = &world.person(visit.person).reactions;
        let effect = |rule: &RuleId| {
            let number = usize::from(rule.0);
            reactions.effects[number] * world.rules[number].strength_on(world.calendar, day)
        };
        let both = if reactions.is_cold { 0.0 } else { together(&world.rules, &visit.treated) };
        let effects = f64::from(visit.treated.iter().map(effect).sum::<f32>() + both);
        let told = log_odds(visit.chance) - log_odds(visit.chance_neutral);
        assert!((told - effects).abs() < 1e-3, "{visit:?} differs by {told}, not {effects}");
        moved += u32::from(effects != 0.0);
    }
    assert!(moved > 100, "{moved}");
}

#[test]
fn a_browser_names_the_account_from_the_login_on_and_asks_first_what_is_agreed_to() {
    let world = world();
    let (mut logins, mut answers) = (0, 0);
    for person in everybody(&world) {
        let (emissions, _) = lived(&world, person, &Neutral);
        let mut devices: BTreeSet<&str> = BTreeSet::new();
        let mut visits: BTreeMap<&str, bool> = BTreeMap::new();
        for emission in emissions.iter().filter(|emission| emission.user_agent.is_some()) {
            let device = emission.claims.device.as_deref().expect("a browser says which it is");
            let is_answer = matches!(emission.what, Happening::Consent(_));
            if devices.insert(device) {
                answers += u32::from(is_answer);
                // Who agreed to something says so before anything else is sent.
                let is_asked = world.person(person).consents != Consents::default();
                assert!(is_answer || !is_asked, "{emission:?}");
            }
            let (visit, _) = emission.message.rsplit_once('-').expect("numbered within the visit");
            let was_in = visits.entry(visit).or_default();
            let is_in = emission.claims.account.is_some();
            assert!(is_in || !*was_in, "nobody logs out: {emission:?}");
            logins += u32::from(is_in && !*was_in);
            *was_in = is_in;
        }
    }
    assert!(logins > 100 && answers > 100, "{logins} logins, {answers} answers");
}

#[test]
fn a_stage_told_is_another_than_the_one_before_and_an_order_makes_an_onboarding() {
    let world = world();
    let (mut moves, mut orders) = (0, 0);
    for person in everybody(&world) {
        let mut life = Life::begin(&world, person);
        let (mut emissions, mut truths) = (Vec::new(), Vec::new());
        let mut stage = life.stage();
        for day in world.calendar.all() {
            for plan in life.day(&world, day, &mut emissions, &mut truths) {
                let mut visit = Visit::open(&world, &mut life, &plan);
                while visit.next(&world, &mut life, &mut truths).is_some() {}
            }
        }
        for truth in truths {
            match truth {
                Truth::Stage(_, _, next) => {
                    assert_ne!(next, stage);
                    stage = next;
                    moves += 1;
                }
                Truth::Visit(visit) => {
                    assert_eq!(visit.stage, stage);
                    assert!(visit.spent == 0 || stage == Stage::Onboarding);
                    orders += u32::from(visit.spent > 0);
                }
                _ => {}
            }
        }
        assert_eq!(stage, life.stage());
    }
    assert!(moves > 100 && orders > 10, "{moves} moves, {orders} orders");
}
