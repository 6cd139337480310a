//! What changes about a person from day to day, and what happens outside the site.

use crate::{
    World,
    calendar::Day,
    emission::Emission,
    person::PersonId,
    truth::Truth,
    visit::VisitPlan,
};

/// A person as lived so far.
#[derive(Debug, Clone)]
pub struct Life {
    /// Who.
    pub person: PersonId,
}

impl Life {
    /// A person on the evening before day 0.
    pub fn begin(_world: &World, person: PersonId) -> Self {
        Self { person }
    }

    /// Lives a day outside the site: mails, tills, parcels, service. Returns the visits of the day in the order of
    /// time.
    pub fn day(
        &mut self,
        _world: &World,
        _day: Day,
        _emissions: &mut Vec<Emission>,
        _truths: &mut Vec<Truth>,
    ) -> Vec<VisitPlan> {
        Vec::new()
    }
}
