//! What models say of a person, and what they said before.

use condition::Model;
use model::{time::Timestamp, trust::Trust};
use segment::readings::{Held, Readings, Transition};

use crate::{
    codec::{Layout, Reader, Writer},
    error::Malformed,
    layout::belief::Said,
};

impl Layout for Readings {
    fn write(&self, to: &mut Writer) {
        to.list(self.iter());
        to.list(self.transitions().iter());
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        let held = from.rising(|held: &Held| &held.model)?;
        Ok(Self::from_parts(held, Layout::read(from)?))
    }
}

impl Layout for Held {
    fn write(&self, to: &mut Writer) {
        let Self { model, says, since, valid_until } = self;
        model.write(to);
        says.map(|(word, probability)| (Said(word), probability)).write(to);
        since.write(to);
        valid_until.write(to);
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        let (model, says) = (Model::read(from)?, Option::<(Said, Trust)>::read(from)?);
        let says = says.map(|(Said(word), probability)| (word, probability));
        Ok(Self { model, says, since: Layout::read(from)?, valid_until: Layout::read(from)? })
    }
}

impl Layout for Transition {
    fn write(&self, to: &mut Writer) {
        let Self { at, model, from, to: word, probability } = self;
        at.write(to);
        model.write(to);
        from.map(Said).write(to);
        Said(word).write(to);
        probability.write(to);
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        let (at, model) = (Timestamp::read(from)?, Model::read(from)?);
        let before = Option::<Said>::read(from)?.map(|Said(word)| word);
        let Said(word) = Said::read(from)?;
        Ok(Self { at, model, from: before, to: word, probability: Layout::read(from)? })
    }
}
