//! How far something is believed, how it fades, what models say.

use condition::{Belief, Bounds, Fade, Fading, Model, Reading};
use model::{
    journey::{Aim, Stage},
    time::Span,
    trust::{Trust, Use},
    value::Finite,
};

use crate::{
    codec::{Layout, Reader, Writer, layout_fields, layout_words},
    error::Malformed,
};

layout_fields!(Belief { trust, most, stands_until, shown_until, moves_at });
layout_fields!(Fading { parts, ease, bounds, steps_at });
layout_fields!(Bounds { least, most });
layout_fields!(Fade { amount, half_life, most });
layout_words!(Use, "use" { Sort = 0, Show = 1, State = 2 });
layout_words!(Model, "model" { Stage = 0, Aim = 1 });

/// A probability.
impl Layout for Trust {
    fn write(&self, to: &mut Writer) {
        Finite::new(self.get()).unwrap_or_default().write(to);
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        let probability = Finite::read(from)?.get();
        let is_one = (0.0..=1.0).contains(&probability);
        is_one.then(|| Self::new(probability)).ok_or(Malformed::Impossible { what: "trust" })
    }
}

/// Milliseconds.
impl Layout for Span {
    fn write(&self, to: &mut Writer) {
        self.as_millis().write(to);
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(Self::from_millis(i64::read(from)?))
    }
}

/// A word that a model can say.
pub(crate) struct Said(pub(crate) &'static str);

impl Layout for Said {
    fn write(&self, to: &mut Writer) {
        std::sync::Arc::<str>::from(self.0).write(to);
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        let word = std::sync::Arc::<str>::read(from)?;
        let stage = Stage::from_word(&word).map(Stage::word);
        let said = stage.or_else(|| Aim::from_word(&word).map(Aim::word));
        said.map(Self).ok_or(Malformed::Impossible { what: "word of a model" })
    }
}

impl Layout for Reading {
    fn write(&self, to: &mut Writer) {
        let Self { word, probability, valid_until } = self;
        Said(word).write(to);
        probability.write(to);
        valid_until.write(to);
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        let Said(word) = Said::read(from)?;
        Ok(Self { word, probability: Layout::read(from)?, valid_until: Layout::read(from)? })
    }
}
