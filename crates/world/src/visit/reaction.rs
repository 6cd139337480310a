//! What somebody makes of what is shown: looks, clicks, is bothered, leaves.

use crate::{
    World,
    content::Content,
    draws::{Entity, Purpose},
    emission::{Emission, Happening, Reference},
    life::Life,
    rule::{Nature, Place, Rule, RuleId},
    truth::Truth,
};

use super::{End, Shown, Visit, purchase};

/// All places; each has its own draws on every page.
const PLACES: [Place; 7] = [
    Place::HomeHero,
    Place::HomeRow,
    Place::CategoryTop,
    Place::ProductSide,
    Place::CartNote,
    Place::CheckoutNote,
    Place::Landing,
];
/// The log-odds of clicking on a neutral content of average quality.
const CLICKS: f32 = -3.4;
/// How much more often a page is the last with each banner beyond the first.
const BANNERS: f64 = 0.03;
/// How often somebody of the most discomfort refuses everything from then on, for each visit beyond the fifth in which
/// a treatment is seen again.
const REPEATED: f64 = 0.000_15;
/// The same for a treatment that is for others: what was concluded is wrong, or long ago.
const MISTAKEN: f64 = 0.001;
/// How much a treatment tires.
const TIRES: f32 = 0.01;

/// The draws of a place on a page.
#[derive(Clone, Copy)]
struct Luck {
    looks: f64,
    clicks: f64,
    bears: f64,
}

impl Visit {
    /// Reacts to what the page showed, before the next page: impressions and clicks.
    pub fn react(&mut self, world: &World, life: &mut Life, shown: &[Shown], emissions: &mut Vec<Emission>) {
        let lucks: [Luck; PLACES.len()] = std::array::from_fn(|_| Luck {
            looks: self.hand.unit(),
            clicks: self.hand.unit(),
            bears: self.hand.unit(),
        });
        let stays = self.hand.unit();
        let mut banners = 0;
        for shown in shown {
            let place = PLACES.iter().position(|place| *place == shown.place).unwrap_or(0);
            let luck = lucks[place];
            banners += usize::from(shown.content.is_some());
            if luck.looks >= looked_at(shown.place) {
                continue;
            }
            self.look(world, life, (shown, luck), emissions);
        }
        let is_too_much = stays < BANNERS * banners.saturating_sub(1) as f64;
        // Who has begun to buy is not put off any more.
        if is_too_much && self.leg < self.route.legs.len() && self.end == End::Open {
            self.end = End::Driven;
        }
    }

    fn look(&mut self, world: &World, life: &mut Life, (shown, luck): (&Shown, Luck), emissions: &mut Vec<Emission>) {
        let content = shown.content.map(|content| &world.contents[usize::from(content.0)]);
        let reference = reference(world, shown, content);
        let is_told = shown.decision.is_some() || content.is_some();
        if is_told {
            self.send(world, emissions, Happening::Seen(reference.clone()));
        }
        let rule = shown.rule.map(|(rule, is_treated)| (&world.rules[usize::from(rule.0)], is_treated));
        if is_told && luck.clicks < self.clicks(world, life, content, rule) {
            self.send(world, emissions, Happening::Clicked(reference));
        }
        match rule {
            Some((rule, true)) => self.treat(world, life, (rule, luck), emissions),
            Some((rule, false)) => note(&mut self.controlled, rule.id),
            None => {}
        }
    }

    /// How likely what is shown is clicked.
    fn clicks(&self, world: &World, life: &Life, content: Option<&Content>, rule: Option<(&Rule, bool)>) -> f64 {
        let person = world.person(self.plan.person);
        let liked = content.map_or(0.0, |content| {
            let taste = person.taste_on(self.plan.day);
            content.quality_on(self.plan.day)
                + crate::catalog::taste::fit(&taste, &content.latent)
                + if content.stage == life.stage() { 0.5 } else { -0.2 }
        });
        let more = match rule {
            Some((Rule { nature: Nature::Creepy { clicks, .. }, .. }, true)) => 1.0 + clicks,
            _ => 1.0,
        };
        f64::from(more / (1.0 + libm::expf(-(CLICKS + liked))))
    }

    fn treat(&mut self, world: &World, life: &mut Life, (rule, luck): (&Rule, Luck), emissions: &mut Vec<Emission>) {
        if self.treated.contains(&rule.id) {
            return;
        }
        let is_first = life.treatments(rule.id) == 0;
        note(&mut self.treated, rule.id);
        life.see_treatment(rule.id);
        life.tire(self.plan.day, TIRES);
        self.odds.treat(purchase::effect(world, life, &self.treated, self.plan.day));
        if is_first && leaves_for_ever(world, life, rule) {
            life.leave_for_ever();
            self.bother.push(Truth::Churn(self.plan.person, self.now));
        }
        let is_mistaken = !life.is_in(world, rule.audience, self.plan.day);
        let again = f64::from(life.treatments(rule.id).saturating_sub(5));
        let discomfort = f64::from(world.person(self.plan.person).reactions.discomfort);
        if luck.bears < discomfort * (REPEATED * again + if is_mistaken { MISTAKEN } else { 0.0 }) {
            self.refuse(world, life, emissions);
        }
    }

    /// Refuses everything from now on, if it was agreed to.
    pub(super) fn refuse(&mut self, world: &World, life: &mut Life, emissions: &mut Vec<Emission>) {
        if life.consents().site {
            life.opt_out();
            self.send(world, emissions, Happening::Consent(life.consents()));
            self.bother.push(Truth::OptOut(self.plan.person, self.now));
        }
    }
}

/// Whether somebody leaves for ever when a rule's treatment is first seen: known of each person and rule in advance.
pub(crate) fn leaves_for_ever(world: &World, life: &Life, rule: &Rule) -> bool {
    let Nature::Creepy { churn, .. } = rule.nature else { return false };
    let person = world.person(life.person());
    let mut draws = world.seed.draws(Entity::Person(person.id.0), u32::from(rule.id.0), Purpose::Discomfort);
    draws.chance(f64::from(churn) * (0.5 + f64::from(person.reactions.discomfort)))
}

fn note(rules: &mut Vec<RuleId>, rule: RuleId) {
    if !rules.contains(&rule) {
        rules.push(rule);
    }
}

/// How often somebody who has the page before them looks at a place.
fn looked_at(place: Place) -> f64 {
    match place {
        Place::HomeRow => 0.75,
        Place::ProductSide => 0.85,
        _ => 1.0,
    }
}

fn reference(world: &World, shown: &Shown, content: Option<&Content>) -> Reference {
    let variant = |is_treated: bool| if is_treated { "treated" } else { "control" };
    Reference {
        decision: shown.decision.clone(),
        experience: shown.rule.map(|(rule, _)| world.rules[usize::from(rule.0)].name()),
        variant: shown.rule.map(|(_, is_treated)| variant(is_treated).to_owned()),
        content: content.map_or_else(|| "neutral".to_owned(), |content| content.slug.clone()),
    }
}
