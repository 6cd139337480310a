//! What a bench found: its figures, held against goals.

use serde_json::{Map, Value, json};

/// What one bench found.
#[derive(Debug)]
pub(crate) struct Report {
    /// The bench.
    pub(crate) name: &'static str,
    /// Whether it was a short run.
    pub(crate) quick: bool,
    /// What has a goal. The first one is the bench's ratio.
    pub(crate) checks: Vec<Check>,
    /// Everything else that was measured; units stand last in the names.
    pub(crate) figures: Vec<(&'static str, f64)>,
}

/// One value with a goal.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Check {
    /// What it is.
    pub(crate) what: &'static str,
    /// What was measured.
    pub(crate) value: f64,
    /// What is wanted.
    pub(crate) goal: Goal,
}

/// What a value should be.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Goal {
    /// This or more.
    AtLeast(f64),
    /// This or less.
    AtMost(f64),
}

impl Goal {
    fn bound(self) -> f64 {
        match self {
            Self::AtLeast(bound) | Self::AtMost(bound) => bound,
        }
    }

    fn sign(self) -> &'static str {
        match self {
            Self::AtLeast(_) => "≥",
            Self::AtMost(_) => "≤",
        }
    }
}

impl Check {
    /// Whether the goal is reached.
    pub(crate) fn met(&self) -> bool {
        match self.goal {
            Goal::AtLeast(bound) => self.value >= bound,
            Goal::AtMost(bound) => self.value <= bound,
        }
    }
}

impl Report {
    /// Whether all goals are reached.
    pub(crate) fn met(&self) -> bool {
        self.checks.iter().all(Check::met)
    }

    /// One JSON object in one line: `name`, `ratio`, `goal`, `met`, and the raw figures.
    pub(crate) fn json(&self) -> String {
        let mut object = Map::new();
        object.insert("name".into(), self.name.into());
        for check in &self.checks {
            let goal = if check.what == RATIO { "goal".to_owned() } else { format!("{}_goal", check.what) };
            object.insert(check.what.into(), number(check.value));
            object.insert(goal, number(check.goal.bound()));
        }
        object.insert("met".into(), self.met().into());
        object.insert("quick".into(), self.quick.into());
        object.extend(self.figures.iter().map(|(name, value)| ((*name).to_owned(), number(*value))));
        Value::Object(object).to_string()
    }

    /// Lines for people.
    pub(crate) fn text(&self) -> String {
        let quick = if self.quick { " (quick: the figures mean little)" } else { "" };
        let mut text = format!("{}{quick}", self.name);
        for check in &self.checks {
            let met = if check.met() { "met" } else { "MISSED" };
            let (value, goal) = (shown(check.value), shown(check.goal.bound()));
            text += &format!("\n  {:<28} {value:>12}   goal {} {goal}: {met}", check.what, check.goal.sign());
        }
        for (name, value) in &self.figures {
            text += &format!("\n  {name:<28} {:>12}", shown(*value));
        }
        text
    }
}

/// The check that every bench has first.
pub(crate) const RATIO: &str = "ratio";

/// Bytes as mebibytes.
pub(crate) fn mib(bytes: u64) -> f64 {
    bytes as f64 / (1024.0 * 1024.0)
}

/// The value in the middle; of two, the lower. 0 of none.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len().saturating_sub(1) / 2).copied().unwrap_or_default()
}

/// Four digits are more than the machine can repeat.
fn number(value: f64) -> Value {
    if value.fract() == 0.0 && value.abs() < 1e15 { json!(value as i64) } else { json!(significant(value)) }
}

fn significant(value: f64) -> f64 {
    if value.abs() >= 1_000.0 { value.round() } else { format!("{value:.3e}").parse().unwrap_or(value) }
}

fn shown(value: f64) -> String {
    let value = significant(value);
    if value.abs() < 1_000.0 {
        return value.to_string();
    }
    let digits = format!("{value:.0}");
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(ratio: f64, events_per_cpu_s: f64) -> Report {
        let checks = vec![
            Check { what: RATIO, value: ratio, goal: Goal::AtLeast(0.4) },
            Check { what: "events_per_cpu_s", value: events_per_cpu_s, goal: Goal::AtLeast(40_000.0) },
        ];
        Report { name: "collect-batch", quick: true, checks, figures: vec![("peak_mib", 12.345678)] }
    }

    #[test]
    fn a_report_is_met_when_every_goal_is() {
        assert!(report(0.4, 40_000.0).met());
        assert!(!report(0.399, 50_000.0).met());
        assert!(!report(0.5, 39_999.0).met());
        assert!(!Check { what: RATIO, value: 2.01, goal: Goal::AtMost(2.0) }.met());
    }

    #[test]
    fn the_json_has_name_ratio_goal_met_and_the_figures() {
        let value: Value = serde_json::from_str(&report(0.35, 41_234.7).json()).unwrap();
        let expected = json!({"name": "collect-batch", "ratio": 0.35, "goal": 0.4, "met": false, "quick": true,
            "events_per_cpu_s": 41_235.0, "events_per_cpu_s_goal": 40_000, "peak_mib": 12.35});
        assert_eq!(value, expected);
    }

    #[test]
    fn numbers_are_shown_with_what_can_be_repeated() {
        assert_eq!(
            (shown(1_234_567.8), shown(0.123_456), shown(12.0)),
            ("1,234,568".into(), "0.1235".into(), "12".into())
        );
        assert_eq!((median(vec![3.0, 1.0, 2.0]), median(vec![2.0, 1.0]), median(vec![])), (2.0, 1.0, 0.0));
    }
}
