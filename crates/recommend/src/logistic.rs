//! Logistic regression on a few features, fitted by Newton's method.

use crate::solve::solve;

/// The chance of yes as a function of `N` features.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Logistic<const N: usize> {
    bias: f64,
    weights: [f64; N],
}

/// One observation: its features, and whether the answer was yes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Example<const N: usize> {
    pub(crate) features: [f32; N],
    pub(crate) yes: bool,
}

/// Newton's method converges in five or six steps; more than this would not help.
const STEPS: usize = 12;

/// The penalty of a weight of 1 standard deviation, in examples: keeps weights finite where a feature decides alone.
const RIDGE: f64 = 1.0;

impl<const N: usize> Logistic<N> {
    /// With weights that are known.
    pub(crate) fn new(bias: f64, weights: [f64; N]) -> Self {
        Self { bias, weights }
    }

    /// Fits examples. `None` if there are too few of either answer to say anything: fewer than 5 a feature.
    pub(crate) fn fit(examples: &[Example<N>]) -> Option<Self> {
        let yes = examples.iter().filter(|example| example.yes).count();
        if yes.min(examples.len() - yes) < 5 * N {
            return None;
        }
        let scale = Scale::of(examples);
        let size = N + 1;
        let mut weights = vec![0.0; size];
        let share = yes as f64 / examples.len() as f64;
        weights[N] = libm::log(share / (1.0 - share));
        for _ in 0..STEPS {
            let (mut slope, mut curve) = (vec![0.0; size], vec![0.0; size * size]);
            for example in examples {
                let x = scale.apply(&example.features);
                let chance = sigmoid(dot(&weights[..N], &x) + weights[N]);
                accumulate(
                    &x,
                    f64::from(u8::from(example.yes)) - chance,
                    chance * (1.0 - chance),
                    (&mut slope, &mut curve),
                );
            }
            for place in 0..N {
                slope[place] -= RIDGE * weights[place];
                curve[place * size + place] += RIDGE;
            }
            let step = solve(&curve, &slope);
            weights.iter_mut().zip(&step).for_each(|(weight, step)| *weight += step.clamp(-2.0, 2.0));
            if step.iter().all(|step| step.abs() < 1e-6) {
                break;
            }
        }
        Some(scale.unscaled(&weights))
    }

    /// The chance of yes, between 0 and 1.
    pub(crate) fn chance(&self, features: &[f32; N]) -> f64 {
        sigmoid(self.bias + self.weights.iter().zip(features).map(|(weight, x)| weight * f64::from(*x)).sum::<f64>())
    }
}

/// Adds one example to the slope and the lower half of the curvature; the bias is the last row.
fn accumulate(x: &[f64], error: f64, weight: f64, (slope, curve): (&mut [f64], &mut [f64])) {
    let size = x.len() + 1;
    for (row, value) in x.iter().enumerate() {
        slope[row] += error * value;
        let scaled = weight * value;
        curve[row * size..=row * size + row].iter_mut().zip(x).for_each(|(cell, other)| *cell += scaled * other);
    }
    slope[x.len()] += error;
    let last = &mut curve[x.len() * size..];
    last.iter_mut().zip(x).for_each(|(cell, value)| *cell += weight * value);
    last[x.len()] += weight;
}

/// Mean and deviation of each feature: a penalty means the same for all of them only when they are on one scale.
struct Scale<const N: usize> {
    mean: [f64; N],
    per_unit: [f64; N],
}

impl<const N: usize> Scale<N> {
    fn of(examples: &[Example<N>]) -> Self {
        let (mut sum, mut squares) = ([0.0; N], [0.0; N]);
        for example in examples {
            for (place, x) in example.features.iter().enumerate() {
                sum[place] += f64::from(*x);
                squares[place] += f64::from(*x) * f64::from(*x);
            }
        }
        let count = examples.len() as f64;
        let mean = sum.map(|sum| sum / count);
        let mut per_unit = [0.0; N];
        for (place, value) in per_unit.iter_mut().enumerate() {
            let deviation = (squares[place] / count - mean[place] * mean[place]).max(0.0).sqrt();
            *value = if deviation > 1e-6 { 1.0 / deviation } else { 0.0 };
        }
        Self { mean, per_unit }
    }

    fn apply(&self, features: &[f32; N]) -> [f64; N] {
        let mut x = [0.0; N];
        for (place, value) in x.iter_mut().enumerate() {
            *value = (f64::from(features[place]) - self.mean[place]) * self.per_unit[place];
        }
        x
    }

    fn unscaled(&self, weights: &[f64]) -> Logistic<N> {
        let mut plain = [0.0; N];
        plain.iter_mut().enumerate().for_each(|(place, plain)| *plain = weights[place] * self.per_unit[place]);
        Logistic { bias: weights[N] - dot(&plain, &self.mean), weights: plain }
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-x))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Answers that follow known weights, counted out over a grid instead of drawn.
    fn grid(bias: f64, weights: [f64; 2]) -> Vec<Example<2>> {
        let truth = Logistic::new(bias, weights);
        let mut examples = Vec::new();
        for (a, b) in (0..9).flat_map(|a| (0..9).map(move |b| (a, b))) {
            let features = [a as f32 / 2.0, b as f32 * 10.0];
            let yes = (truth.chance(&features) * 1_000.0).round() as usize;
            examples.extend((0..1_000).map(|place| Example { features, yes: place < yes }));
        }
        examples
    }

    #[test]
    fn known_weights_are_found_again() {
        let found = Logistic::fit(&grid(-1.0, [0.8, -0.03])).unwrap();
        assert!((found.bias + 1.0).abs() < 0.02, "{found:?}");
        assert!((found.weights[0] - 0.8).abs() < 0.01 && (found.weights[1] + 0.03).abs() < 0.001, "{found:?}");
    }

    #[test]
    fn a_feature_that_never_varies_weighs_nothing_and_few_answers_give_nothing() {
        let mut examples = grid(-1.0, [0.8, 0.0]);
        examples.iter_mut().for_each(|example| example.features[1] = 3.0);
        assert_eq!(Logistic::fit(&examples).unwrap().weights[1], 0.0);
        examples.iter_mut().enumerate().for_each(|(place, example)| example.yes = place < 9);
        assert_eq!(Logistic::fit(&examples), None);
    }

    #[test]
    fn a_feature_that_decides_alone_keeps_finite_weights() {
        let examples: Vec<_> =
            (0..400).map(|place| Example { features: [place as f32, 0.0], yes: place >= 200 }).collect();
        let found = Logistic::fit(&examples).unwrap();
        assert!(found.chance(&[300.0, 0.0]) > 0.95 && found.chance(&[100.0, 0.0]) < 0.05, "{found:?}");
    }
}
