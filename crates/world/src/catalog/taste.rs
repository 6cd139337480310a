//! The space of tastes: what its 16 dimensions mean, and where items and people lie in it.
//!
//! | Dimensions | Mean |
//! |---|---|
//! | 0–4 | what for: [`PURPOSES`] |
//! | 5–8 | where: [`TERRAINS`] |
//! | 9–15 | style: nothing that has a name; each category has a place of its own |

use super::{
    DIMENSIONS, Family, Latent,
    rows::{ROWS, Row},
};
use crate::draws::Draws;

/// What items are for, in the order of their dimensions.
pub const PURPOSES: [&str; 5] = ["day-hike", "trek", "alpine", "city", "trail"];

/// Where items are used, in the order of their dimensions.
pub const TERRAINS: [&str; 4] = ["coast", "forest", "mountain", "snow"];

/// How much purpose and terrain weigh in a place among tastes.
const PURPOSE_WEIGHT: f32 = 1.0;
const TERRAIN_WEIGHT: f32 = 0.6;

/// How far apart categories lie in style, and how much items of one differ: deviations over all its dimensions.
const STYLE_SPREAD: f64 = 0.5;
const OWN_SPREAD: f64 = 0.45;

/// How well two places fit: −1 to 1 for those of length 1.
pub fn fit(one: &Latent, other: &Latent) -> f32 {
    one.iter().zip(other).map(|(a, b)| a * b).sum()
}

/// The same direction, of length 1.
pub fn normalized(latent: Latent) -> Latent {
    let length = libm::sqrtf(fit(&latent, &latent));
    if length > 0.0 { latent.map(|value| value / length) } else { latent }
}

/// The place of a purpose and a terrain, with nothing else in it; not of length 1. An unknown word adds nothing.
pub fn place(purpose: &str, terrain: &str) -> Latent {
    let mut latent = [0.0; DIMENSIONS];
    if let Some(at) = PURPOSES.iter().position(|known| *known == purpose) {
        latent[at] = PURPOSE_WEIGHT;
    }
    if let Some(at) = TERRAINS.iter().position(|known| *known == terrain) {
        latent[PURPOSES.len() + at] = TERRAIN_WEIGHT;
    }
    latent
}

/// A style: what is drawn for a category once.
pub(super) fn style(draws: &mut Draws) -> Latent {
    let named = PURPOSES.len() + TERRAINS.len();
    let deviation = STYLE_SPREAD / libm::sqrt((DIMENSIONS - named) as f64);
    std::array::from_fn(|at| if at < named { 0.0 } else { (deviation * draws.normal()) as f32 })
}

/// The place of an item: of its purpose and terrain, in the style of its category, and a little of its own.
pub(super) fn item(purpose: &str, terrain: &str, style: &Latent, draws: &mut Draws) -> Latent {
    let deviation = OWN_SPREAD / libm::sqrt(DIMENSIONS as f64);
    let place = place(purpose, terrain);
    normalized(std::array::from_fn(|at| place[at] + style[at] + (deviation * draws.normal()) as f32))
}

/// The place of a content: of one of the categories of its theme, and a little of its own; without a theme only that.
pub(crate) fn content(theme: Option<Family>, draws: &mut Draws) -> Latent {
    let rows: Vec<&Row> = ROWS.iter().filter(|row| Some(row.family) == theme).collect();
    let (purpose, terrain) = draws.one_of(&rows).map_or(("", ""), |row| (row.purpose, row.terrain));
    item(purpose, terrain, &[0.0; DIMENSIONS], draws)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_knows_its_purpose_and_its_terrain() {
        let [trek, run] = ["trek", "trail"].map(|purpose| normalized(place(purpose, "forest")));
        assert!((fit(&trek, &trek) - 1.0).abs() < 1e-6);
        // What is left in common is the terrain: 0.6² of 1 + 0.6².
        assert!((fit(&trek, &run) - 0.36 / 1.36).abs() < 1e-6);
        assert_eq!(place("dancing", "moon"), [0.0; DIMENSIONS]);
        assert_eq!(normalized([0.0; DIMENSIONS]), [0.0; DIMENSIONS]);
    }
}
