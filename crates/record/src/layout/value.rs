//! Values, moments, ids and names.

use std::sync::Arc;

use model::{
    id::Id,
    identifier::{Identifier, IdentifierKey, Strength},
    name::Name,
    partition::Partition,
    time::Timestamp,
    value::{Fields, Finite, Value},
};

use crate::{
    codec::{Layout, Reader, Writer, layout_fields, layout_words},
    error::Malformed,
};

layout_fields!(Identifier { namespace, value });
layout_words!(Strength, "strength" { Device = 0, Weak = 1, Strong = 2 });

/// Milliseconds since the epoch.
impl Layout for Timestamp {
    fn write(&self, to: &mut Writer) {
        to.zigzag(self.as_millis());
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        Self::from_millis(from.zigzag()?).ok_or(Malformed::Impossible { what: "moment" })
    }
}

impl<K> Layout for Id<K> {
    fn write(&self, to: &mut Writer) {
        to.fixed_u128(self.bits());
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        from.fixed_u128().map(Self::from_bits)
    }
}

impl<K> Layout for Name<K> {
    fn write(&self, to: &mut Writer) {
        to.bytes(self.as_str().as_bytes());
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        from.text().map(Self::new)
    }
}

impl Layout for IdentifierKey {
    fn write(&self, to: &mut Writer) {
        to.fixed_u128(self.0);
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        from.fixed_u128().map(Self)
    }
}

impl Layout for Partition {
    fn write(&self, to: &mut Writer) {
        self.0.write(to);
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        u16::read(from).map(Self)
    }
}

/// The number's bits.
impl Layout for Finite {
    fn write(&self, to: &mut Writer) {
        to.fixed_u64(self.get().to_bits());
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        let bits = from.fixed_u64()?;
        // `Finite` has one zero, so the bits of the other one are refused.
        let number = Self::new(f64::from_bits(bits)).filter(|number| number.get().to_bits() == bits);
        number.ok_or(Malformed::Impossible { what: "fraction" })
    }
}

impl Layout for Value {
    fn write(&self, to: &mut Writer) {
        match self {
            Self::Null => to.byte(0),
            Self::Bool(false) => to.byte(1),
            Self::Bool(true) => to.byte(2),
            Self::Int(number) => {
                to.byte(3);
                number.write(to);
            }
            Self::Float(number) => {
                to.byte(4);
                number.write(to);
            }
            Self::Text(text) => {
                to.byte(5);
                text.write(to);
            }
            Self::Time(moment) => {
                to.byte(6);
                moment.write(to);
            }
            Self::List(values) => {
                to.byte(7);
                to.list(values.iter());
            }
            Self::Map(fields) => {
                to.byte(8);
                fields.write(to);
            }
        }
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(match from.byte()? {
            0 => Self::Null,
            1 => Self::Bool(false),
            2 => Self::Bool(true),
            3 => Self::Int(i64::read(from)?),
            4 => Self::Float(Finite::read(from)?),
            5 => Self::Text(from.text()?),
            6 => Self::Time(Timestamp::read(from)?),
            7 => Self::List(from.nested(Vec::read)?.into()),
            8 => Self::Map(from.nested(Fields::read)?),
            _ => return Err(Malformed::Impossible { what: "value" }),
        })
    }
}

impl Layout for Fields {
    fn write(&self, to: &mut Writer) {
        to.varint(self.len() as u64);
        for (name, value) in self.iter() {
            name.write(to);
            value.write(to);
        }
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        from.rising(|pair: &(Arc<str>, Value)| &pair.0).map(Self::new)
    }
}
