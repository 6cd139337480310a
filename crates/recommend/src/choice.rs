//! Which of several a person takes: the conditional logit (McFadden, 1974), fitted by Newton's method.

use crate::solve::solve;

/// How much each of `N` features speaks for a candidate, against the others of the same list.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice<const N: usize> {
    weights: [f64; N],
}

/// One list and which of it was taken.
#[derive(Debug, Clone)]
pub struct Chosen<const N: usize> {
    /// The features of each candidate.
    pub candidates: Vec<[f32; N]>,
    /// The place of the one that was taken.
    pub taken: usize,
}

/// Newton's method converges in five or six steps.
const STEPS: usize = 10;

/// The penalty of a weight of 1: keeps weights finite where a feature decides alone.
const RIDGE: f64 = 3.0;

/// Fewer choices than this say nothing reliable.
const LEAST: usize = 100;

impl<const N: usize> Choice<N> {
    /// With weights that are known.
    pub const fn new(weights: [f64; N]) -> Self {
        Self { weights }
    }

    /// Fits choices, beginning at other weights and held to them where the choices say nothing. `None` where choices are
    /// few.
    pub fn fit(choices: &[Chosen<N>], from: &Self) -> Option<Self> {
        if choices.len() < LEAST {
            return None;
        }
        let mut fitted = from.clone();
        for _ in 0..STEPS {
            let (mut slope, mut curve) = (vec![0.0; N], vec![0.0; N * N]);
            choices.iter().for_each(|chosen| fitted.accumulate(chosen, &mut slope, &mut curve));
            for place in 0..N {
                slope[place] -= RIDGE * (fitted.weights[place] - from.weights[place]);
                curve[place * N + place] += RIDGE;
            }
            let step = solve(&curve, &slope);
            fitted.weights.iter_mut().zip(&step).for_each(|(weight, step)| *weight += step.clamp(-1.0, 1.0));
            if step.iter().all(|step| step.abs() < 1e-4) {
                break;
            }
        }
        Some(fitted)
    }

    /// What speaks for a candidate: the logarithm of its chance, but for what all of a list have in common.
    pub fn score(&self, features: &[f32; N]) -> f64 {
        self.weights.iter().zip(features).map(|(weight, x)| weight * f64::from(*x)).sum()
    }

    /// Slope: the features of what was taken, less their mean. Curvature: their covariance. By the chances as they are.
    fn accumulate(&self, chosen: &Chosen<N>, slope: &mut [f64], curve: &mut [f64]) {
        let scores: Vec<f64> = chosen.candidates.iter().map(|one| self.score(one)).collect();
        let most = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let weights: Vec<f64> = scores.iter().map(|score| libm::exp(score - most)).collect();
        let sum: f64 = weights.iter().sum();
        let mut mean = [0.0; N];
        for (features, weight) in chosen.candidates.iter().zip(&weights) {
            mean.iter_mut().zip(features).for_each(|(mean, x)| *mean += weight / sum * f64::from(*x));
        }
        let taken = &chosen.candidates[chosen.taken];
        slope.iter_mut().zip(taken.iter().zip(&mean)).for_each(|(slope, (x, mean))| *slope += f64::from(*x) - mean);
        let mut apart = [0.0; N];
        for (features, weight) in chosen.candidates.iter().zip(&weights) {
            apart.iter_mut().zip(features.iter().zip(&mean)).for_each(|(d, (x, mean))| *d = f64::from(*x) - mean);
            for row in 0..N {
                let scaled = weight / sum * apart[row];
                curve[row * N..=row * N + row].iter_mut().zip(&apart).for_each(|(cell, other)| *cell += scaled * other);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_weights_behind_choices_are_found_again() {
        let truth = Choice::new([1.0, -0.5]);
        let candidates = vec![[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [2.0, 1.0]];
        let weights: Vec<f64> = candidates.iter().map(|one| libm::exp(truth.score(one))).collect();
        let sum: f64 = weights.iter().sum();
        let mut choices = Vec::new();
        for (taken, weight) in weights.iter().enumerate() {
            let times = (weight / sum * 20_000.0).round() as usize;
            choices.extend((0..times).map(|_| Chosen { candidates: candidates.clone(), taken }));
        }
        let found = Choice::fit(&choices, &Choice::new([0.0, 0.0])).unwrap();
        assert!((found.weights[0] - 1.0).abs() < 0.01 && (found.weights[1] + 0.5).abs() < 0.01, "{found:?}");
        assert_eq!(Choice::fit(&choices[..LEAST - 1], &truth), None);
    }
}
