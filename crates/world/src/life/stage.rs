//! Where somebody stands with the shop: a state machine of five stages.
//!
//! ```text
//! discovery → comparison → conversion → onboarding → enrollment
//!     ↑___________|_____________|            |            ↑
//!     |______________________________________|____________|   (rest: by how many orders there were)
//! ```

use crate::{
    World,
    calendar::Day,
    content::Stage,
    draws::{Entity, Purpose},
    truth::{Intent, Truth},
    visit::VisitPlan,
};

use super::Life;

/// Days after which a comparison that is not pursued is over.
const COMPARES_DAYS: u32 = 14;
/// Days after which a purchase that was not made is given up.
const CONVERTS_DAYS: u32 = 7;
/// Days in which a new thing is learned.
const LEARNS_DAYS: u32 = 30;

/// What a visit was, as far as it moves somebody.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Course {
    pub(crate) intent: Intent,
    /// How many products were looked at.
    pub(crate) viewed: usize,
    pub(crate) has_cart: bool,
    pub(crate) has_bought: bool,
}

impl Life {
    /// Where somebody stands who is about nothing: who came back to buy belongs.
    pub(super) fn rest(&self) -> Stage {
        if self.orders >= 2 { Stage::Enrollment } else { Stage::Discovery }
    }

    /// Moves on for the time that has passed since.
    pub(super) fn lapse(&mut self, world: &World, day: Day, truths: &mut Vec<Truth>) {
        let lasts = match self.stage {
            Stage::Discovery | Stage::Enrollment => return,
            Stage::Comparison => COMPARES_DAYS,
            Stage::Conversion => CONVERTS_DAYS,
            Stage::Onboarding => LEARNS_DAYS,
        };
        if day.0.saturating_sub(self.staged.0) > lasts {
            if self.stage == Stage::Conversion {
                self.empty_cart();
            }
            self.stand(self.rest(), day);
            truths.push(Truth::Stage(self.person, world.calendar.at(day, 0), self.stage));
        }
    }

    /// Moves on by what a visit was. Returns whether the stage is another.
    pub(crate) fn move_on(&mut self, world: &World, plan: &VisitPlan, course: Course) -> bool {
        let entity = Entity::Visit(self.person.0, plan.number);
        let mut draws = world.seed.draws(entity, plan.day.0, Purpose::Stage);
        let (ponders, decides) = (draws.unit(), draws.unit());
        let weighs = match course.viewed {
            0 => 0.0,
            1 | 2 => 0.25,
            _ => 0.85,
        };
        let is_shopping = matches!(course.intent, Intent::Compare | Intent::Buy | Intent::Gift);
        let next = match self.stage {
            _ if course.has_bought => Stage::Onboarding,
            Stage::Onboarding => Stage::Onboarding,
            _ if course.has_cart => Stage::Conversion,
            Stage::Discovery | Stage::Enrollment if is_shopping && ponders < weighs => Stage::Comparison,
            Stage::Comparison if self.need_on(plan.day).is_some() && decides < 0.06 => Stage::Conversion,
            stage => stage,
        };
        let is_kept = match next {
            Stage::Comparison => course.viewed > 0,
            Stage::Conversion => course.has_cart || next != self.stage,
            Stage::Onboarding => course.has_bought,
            Stage::Discovery | Stage::Enrollment => false,
        };
        let has_moved = next != self.stage;
        if is_kept || has_moved {
            self.stand(next, plan.day);
        }
        has_moved
    }

    /// Begins to learn what was bought outside the site. Returns whether the stage is another.
    pub(super) fn order_stage(&mut self, day: Day) -> bool {
        let has_moved = self.stage != Stage::Onboarding;
        self.stand(Stage::Onboarding, day);
        has_moved
    }

    fn stand(&mut self, stage: Stage, day: Day) {
        self.stage = stage;
        self.staged = day;
    }
}
