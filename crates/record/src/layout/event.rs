//! Events and what they say about consent.

use model::{
    consent::{Choice, ConsentSignal, Consents, Means, Proof},
    event::{Claim, Event, EventKind, Evidence},
    name::{Name, Purpose},
};

use crate::{
    codec::{Layout, Reader, Writer, layout_fields, layout_words},
    error::Malformed,
};

layout_fields!(Event { kind, message_id, source, timestamp, received_at, identifiers, properties, context, consent });
layout_fields!(Claim { identifier, evidence });
layout_words!(Evidence, "evidence" { Link = 0, Stated = 1, Verified = 2 });

layout_fields!(ConsentSignal { choices, at, until, proof });
layout_fields!(Choice { granted, at, until, proof });
layout_fields!(Proof { source, means, wording, language });
layout_words!(Means, "means" { Call = 0, Event = 1, Gpc = 2, Import = 3 });

impl Layout for EventKind {
    fn write(&self, to: &mut Writer) {
        match self {
            Self::Track { name } => {
                to.byte(0);
                name.write(to);
            }
            Self::Identify => to.byte(1),
            Self::Page { name } => {
                to.byte(2);
                name.write(to);
            }
            Self::Screen { name } => {
                to.byte(3);
                name.write(to);
            }
            Self::Group { group_id } => {
                to.byte(4);
                group_id.write(to);
            }
            Self::Alias => to.byte(5),
        }
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(match from.byte()? {
            0 => Self::Track { name: from.text()? },
            1 => Self::Identify,
            2 => Self::Page { name: Layout::read(from)? },
            3 => Self::Screen { name: Layout::read(from)? },
            4 => Self::Group { group_id: from.text()? },
            5 => Self::Alias,
            _ => return Err(Malformed::Impossible { what: "event type" }),
        })
    }
}

impl Layout for Consents {
    fn write(&self, to: &mut Writer) {
        to.list(self.iter());
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        from.rising(|entry: &(Name<Purpose>, Choice)| &entry.0).map(Self::from_choices)
    }
}
