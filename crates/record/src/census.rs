//! Censuses: counts over all profiles, which name nobody.
//!
//! ```text
//! census    version 2 | its fields
//! figures   version 1 | its fields
//! ```

use engine::census::{Census, Failures, KnownTally, SourceTally, TraitTally, Unheeded, figures::Figures};

use crate::{
    codec::{decode, encode, layout_fields},
    error::Malformed,
};

const CENSUS_VERSION: u8 = 2;
const FIGURES_VERSION: u8 = 1;

/// The bytes of a census.
pub fn encode_census(census: &Census) -> Vec<u8> {
    encode(CENSUS_VERSION, census)
}

/// The census that these bytes stand for.
pub fn decode_census(bytes: &[u8]) -> Result<Census, Malformed> {
    decode("census", CENSUS_VERSION, bytes)
}

/// The bytes of the figures of a census.
pub fn encode_figures(figures: &Figures) -> Vec<u8> {
    encode(FIGURES_VERSION, figures)
}

/// The figures that these bytes stand for.
pub fn decode_figures(bytes: &[u8]) -> Result<Figures, Malformed> {
    decode("figures of a census", FIGURES_VERSION, bytes)
}

layout_fields!(Census { at, customers, visitors, failures, sources, traits, other_traits, contents, stages, unheeded });
layout_fields!(Unheeded { setting, says });
layout_fields!(Figures { at, customers, visitors, failures, apart });
layout_fields!(Failures { stale, wrong, without_purchase, assumed, over_contacted });
layout_fields!(SourceTally { last, week, month, profiles, customers, alone });
layout_fields!(TraitTally { profiles, stale, wrong, since, read });
layout_fields!(KnownTally { shown, known, waiting });
