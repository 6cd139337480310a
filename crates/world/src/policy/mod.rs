//! Ways to choose what is shown that need no product: to compare it with.

mod live;
mod oracle;

use crate::{
    World,
    calendar::Day,
    content::ContentId,
    draws::{Entity, Purpose},
    life::Life,
    person::Tongue,
    rule::{Audience, Place, Rule},
    visit::{Page, Shown, Visit},
};

pub use self::{
    live::{Lived, live},
    oracle::Oracle,
};

/// What a policy may look at when a page asks. A policy that a shop could have looks only at what a shop can know.
#[derive(Debug)]
pub struct Scene<'a> {
    /// The world.
    pub world: &'a World,
    /// The person as lived so far.
    pub life: &'a Life,
    /// The visit under way.
    pub visit: &'a Visit,
    /// What is asked.
    pub page: &'a Page,
}

/// A way to choose what is shown.
pub trait Policy: Sync {
    /// What to show at a place; none to stay neutral. Only asked about people who agreed to it.
    fn show(&self, scene: &Scene<'_>, place: Place) -> Option<Shown>;
}

/// Shows nothing to anybody.
#[derive(Debug, Clone, Copy)]
pub struct Neutral;

/// Of the rules for a person one by chance, and its treatment to one half of the people, always the same.
#[derive(Debug, Clone, Copy)]
pub struct Coin;

/// Of the rules for a person the newest, which has the highest number.
#[derive(Debug, Clone, Copy)]
pub struct NewestWins;

/// Of the rules for a person the first in a fixed order.
#[derive(Debug, Clone, Copy)]
pub struct Cascade;

impl Policy for Neutral {
    fn show(&self, _scene: &Scene<'_>, _place: Place) -> Option<Shown> {
        None
    }
}

impl Policy for Coin {
    fn show(&self, scene: &Scene<'_>, place: Place) -> Option<Shown> {
        let (person, day) = (scene.visit.person().0, scene.visit.day());
        let rules: Vec<&Rule> = scene.rules(place).collect();
        let entity = Entity::Visit(person, place as u16);
        let rule = scene.world.seed.draws(entity, day.0, Purpose::Policy).one_of(&rules).copied()?;
        let side = Entity::Person(person);
        let is_treated = scene.world.seed.draws(side, u32::from(rule.id.0), Purpose::Policy).chance(0.5);
        scene.answer(rule, is_treated)
    }
}

impl Policy for NewestWins {
    fn show(&self, scene: &Scene<'_>, place: Place) -> Option<Shown> {
        let newest = scene.rules(place).max_by_key(|rule| rule.id)?;
        scene.answer(newest, true)
    }
}

impl Policy for Cascade {
    fn show(&self, scene: &Scene<'_>, place: Place) -> Option<Shown> {
        let first = scene.rules(place).next()?;
        scene.answer(first, true)
    }
}

impl Scene<'_> {
    /// The rules that could show something at a place: they have a content that may be shown and are for this person;
    /// who did not agree to decisions gets what everybody gets.
    pub fn rules(&self, place: Place) -> impl Iterator<Item = &Rule> {
        let (day, agreed) = (self.visit.day(), self.life.consents().site);
        self.world.rules.iter().filter(move |rule| {
            rule.place == place
                && (agreed || rule.audience == Audience::Everybody)
                && self.life.is_in(self.world, rule.audience, day)
                && self.content(rule, day).is_some()
        })
    }

    /// The treatment of a rule, or its control; none if there is nothing to show.
    pub fn answer(&self, rule: &Rule, is_treated: bool) -> Option<Shown> {
        let content = self.content(rule, self.visit.day())?;
        let content = is_treated.then_some(content);
        Some(Shown { place: rule.place, rule: Some((rule.id, is_treated)), content, decision: None })
    }

    /// The first content of a rule that may be shown on a day and can be read.
    fn content(&self, rule: &Rule, day: Day) -> Option<ContentId> {
        let tongue = self.world.person(self.visit.person()).tongue;
        rule.contents.iter().copied().find(|content| {
            let content = &self.world.contents[usize::from(content.0)];
            content.is_shown_on(day) && (content.has_english || tongue == Tongue::French)
        })
    }
}
