//! What people do of whom nobody is asked anything.

use model::time::Timestamp;
use world::{
    World,
    calendar::Day,
    dirt,
    emission::Emission,
    life::Life,
    truth::Truth,
    visit::{Visit, VisitPlan},
};

use super::{Due, Turn};

/// What a day brings some people: the visits that they will make, and what happens outside of them.
#[derive(Default)]
pub(super) struct Dawn {
    pub(super) plans: Vec<VisitPlan>,
    pub(super) emissions: Vec<Emission>,
    pub(super) truths: Vec<Truth>,
}

impl Dawn {
    pub(super) fn add(&mut self, world: &World, life: &mut Life, day: Day) {
        self.plans.extend(life.day(world, day, &mut self.emissions, &mut self.truths));
        self.emissions.extend(dirt::said(world, world.person(life.person()), day));
    }
}

/// What came of a visit that nobody was asked about, or of its part before a moment.
#[derive(Default)]
pub(super) struct Alone {
    pub(super) emissions: Vec<Emission>,
    pub(super) truths: Vec<Truth>,
    /// Whether the visit came to its end.
    pub(super) ended: bool,
    /// The rest of it.
    pub(super) rest: Option<(Turn, Due)>,
}

/// Lives a visit with nothing shown, up to a moment.
pub(super) fn alone(world: &World, life: &mut Life, (turn, due): (Turn, Due), until: Timestamp) -> Alone {
    let mut lived = Alone::default();
    let (mut visit, mut next) = match due {
        // Who left for ever in the visit before comes no more.
        Due::Begins(_) if life.is_gone() => return lived,
        Due::Begins(plan) => {
            let mut visit = Visit::open(world, life, &plan);
            let first = visit.next(world, life, &mut lived.truths);
            (visit, first)
        }
        Due::Page(begun) => {
            let (visit, page) = *begun;
            (visit, Some(page))
        }
    };
    while let Some(mut page) = next {
        if page.at > until {
            lived.rest = Some(((page.at, turn.1, turn.2), Due::Page(Box::new((visit, page)))));
            return lived;
        }
        lived.emissions.append(&mut page.emits);
        visit.react(world, life, &[], &mut lived.emissions);
        next = visit.next(world, life, &mut lived.truths);
        lived.ended = next.is_none();
    }
    lived
}
