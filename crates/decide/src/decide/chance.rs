//! The chance that a unit had for what it got.

use assign::Share;
use model::{
    name::{Experience as ExperienceName, Layer, Name},
    value::Finite,
};

use crate::experience::{Experience, Variant};

/// No draw was involved.
pub(super) const CERTAIN: Finite = Finite::ONE;

/// The candidates that were ahead and left out by nothing but a draw.
pub(super) struct Chance<'a> {
    holdout: Share,
    ahead: Vec<&'a Experience>,
}

impl<'a> Chance<'a> {
    pub(super) fn new(holdout: Share) -> Self {
        Self { holdout, ahead: Vec::new() }
    }

    /// Notes a candidate that would have won, had the draw let it in.
    pub(super) fn lost_to_draw(&mut self, experience: &'a Experience) {
        self.ahead.push(experience);
    }

    /// Those candidates, in the order in which they were noted.
    pub(super) fn undrawn(&self) -> Vec<Name<ExperienceName>> {
        self.ahead.iter().map(|experience| experience.name.clone()).collect()
    }

    /// That this experience won with this variant: not held out, those ahead not drawn, itself drawn. Those of its own
    /// layer cannot be drawn with it, and of another layer one at most is.
    pub(super) fn of(&self, experience: &Experience, variant: &Variant) -> Finite {
        let own = layer(experience);
        let chance = self.holdout.rest().fraction() * self.nobody_but(own) * drawn(experience);
        finite(chance * variant.share.fraction())
    }

    /// That the unit is held out.
    pub(super) fn of_holdout(&self) -> Finite {
        finite(self.holdout.fraction())
    }

    /// That nothing was shown.
    pub(super) fn of_nothing(&self) -> Finite {
        if self.ahead.is_empty() { CERTAIN } else { finite(self.holdout.rest().fraction() * self.nobody_but(None)) }
    }

    fn nobody_but(&self, own: Option<&Name<Layer>>) -> f64 {
        let mut chance = 1.0;
        let mut counted: Vec<&Name<Layer>> = own.into_iter().collect();
        for experience in &self.ahead {
            match layer(experience) {
                None => chance *= 1.0 - drawn(experience),
                Some(own) if counted.contains(&own) => {}
                Some(own) => {
                    let of_layer = self.ahead.iter().filter(|other| layer(other) == Some(own));
                    chance *= 1.0 - of_layer.map(|other| drawn(other)).sum::<f64>();
                    counted.push(own);
                }
            }
        }
        chance
    }
}

fn layer(experience: &Experience) -> Option<&Name<Layer>> {
    experience.part.as_ref().map(assign::Part::layer)
}

/// The chance to be in its part of its layer and in its traffic.
fn drawn(experience: &Experience) -> f64 {
    experience.part.as_ref().map_or(1.0, |part| part.share().fraction()) * experience.traffic.fraction()
}

fn finite(chance: f64) -> Finite {
    Finite::new(chance).expect("a product of shares")
}
