//! When somebody comes to the site: Poisson, by habit, weekday, hour, weather and fatigue.

use model::time::Timestamp;

use crate::{
    World,
    calendar::Day,
    content::Stage,
    draws::{Entity, Purpose},
    visit::{VisitPlan, Way},
};

use super::Life;

/// How much more somebody comes than by habit, from Monday to Sunday.
const WEEKDAYS: [f32; 7] = [1.0, 0.94, 0.96, 0.94, 0.92, 1.08, 1.26];
/// At most so many visits by oneself in a day.
const MOST_A_DAY: u32 = 8;
/// Between the beginnings of two visits there are so many minutes at least.
const APART_MINUTES: f64 = 90.0;
/// Visits begin within these hours of a day (UTC).
const HOURS: (f64, f64) = (0.2, 22.8);

impl Life {
    /// The visits of a day to which nothing but the person's own wish leads.
    pub(super) fn arrivals(&self, world: &World, day: Day) -> Vec<VisitPlan> {
        let person = world.person(self.person);
        let mut draws = world.seed.draws(Entity::Person(self.person.0), day.0, Purpose::Arrival);
        let count = draws.poisson(f64::from(self.visits_expected(world, day))).min(MOST_A_DAY);
        let mut hours = [0.0f64; MOST_A_DAY as usize];
        let hours = &mut hours[..count as usize];
        for hour in hours.iter_mut() {
            *hour = (f64::from(person.hour) + 2.5 * draws.normal()).clamp(HOURS.0, HOURS.1);
        }
        hours.sort_by(f64::total_cmp);
        let mut from = 0.0;
        let mut visits = Vec::with_capacity(hours.len());
        for (number, hour) in hours.iter().enumerate() {
            let hour = hour.max(from);
            if hour > HOURS.1 {
                break;
            }
            from = hour + APART_MINUTES / 60.0;
            let begins = at(world, day, hour + draws.unit() / 60.0);
            visits.push(VisitPlan { person: self.person, day, number: number as u16, begins, way: Way::Wish });
        }
        visits
    }

    fn visits_expected(&self, world: &World, day: Day) -> f32 {
        let person = world.person(self.person);
        let weather = world.sky.on(person.home_on(day).region, day);
        let weekday = (world.calendar.start.day() + i64::from(day.0) + 3).rem_euclid(7) as usize;
        let stage = match self.stage {
            Stage::Discovery => 0.85,
            Stage::Comparison => 1.5,
            Stage::Conversion => 1.8,
            Stage::Onboarding => 1.1,
            Stage::Enrollment => 1.0,
        };
        let need = if self.need_on(day).is_some() { 1.15 } else { 0.69 };
        // Who cannot go out looks at what to wear.
        let indoors = 1.0 + 0.02 * weather.rain_mm.min(10.0);
        person.visits_a_day * WEEKDAYS[weekday] * stage * need * indoors * libm::expf(-0.5 * self.fatigue_on(day))
    }
}

/// A moment of a day, by its hour in UTC.
pub(super) fn at(world: &World, day: Day, hour: f64) -> Timestamp {
    world.calendar.at(day, (hour * 3_600_000.0) as i64)
}
