//! A part of a layer. Experiences of one layer exclude each other, because each has its own part of its buckets.

use model::{
    id::{Id, Unit},
    name::{Layer, Name},
};

use crate::{Share, bucket};

/// A part of a layer's buckets, from one share up to, and without, another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    layer: Name<Layer>,
    from: Share,
    to: Share,
}

impl Part {
    /// The part of a layer from `from` to `to`; `None` if it is empty.
    pub fn new(layer: Name<Layer>, from: Share, to: Share) -> Option<Self> {
        (from < to).then_some(Self { layer, from, to })
    }

    /// The layer.
    pub fn layer(&self) -> &Name<Layer> {
        &self.layer
    }

    /// Where it begins.
    pub fn from(&self) -> Share {
        self.from
    }

    /// Where it ends: the first share that is not in it.
    pub fn to(&self) -> Share {
        self.to
    }

    /// How much of the layer it is.
    pub fn share(&self) -> Share {
        Share::from_basis_points(self.to.basis_points() - self.from.basis_points()).expect("not above its end")
    }

    /// Whether two parts are of one layer and have a unit in common.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.layer == other.layer && self.from < other.to && other.from < self.to
    }

    /// Whether a unit is in this part. The salt is `layer:` and the layer's name.
    pub fn holds(&self, unit: Id<Unit>) -> bool {
        let place = bucket(unit, &format!("layer:{}", self.layer));
        (self.from.basis_points()..self.to.basis_points()).contains(&place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(layer: &str, from: u16, to: u16) -> Part {
        let share = |points| Share::from_basis_points(points).unwrap();
        Part::new(layer.into(), share(from), share(to)).unwrap()
    }

    #[test]
    fn parts_overlap_if_they_share_a_bucket_of_one_layer() {
        assert!(part("home", 0, 5_000).overlaps(&part("home", 4_999, 10_000)));
        assert!(!part("home", 0, 5_000).overlaps(&part("home", 5_000, 10_000)));
        assert!(!part("home", 0, 5_000).overlaps(&part("menu", 0, 5_000)));
        assert_eq!(Part::new("home".into(), Share::ALL, Share::ALL), None);
    }

    #[test]
    fn every_unit_is_in_exactly_one_of_the_parts_that_cover_a_layer() {
        let parts = [part("home", 0, 2_500), part("home", 2_500, 9_000), part("home", 9_000, 10_000)];
        for number in 0..1_000 {
            let unit = Id::from_bits(number);
            assert_eq!(parts.iter().filter(|part| part.holds(unit)).count(), 1, "{unit}");
        }
    }
}
